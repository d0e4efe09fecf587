"""Routing with the shards' own indexes: which of them hold the best passages for a question."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ifmem.config import Config
from ifmem.core.compound import Part, narrowed, parts_of
from ifmem.core.concepts import search_terms, told_apart
from ifmem.core.kinds import suited
from ifmem.core.passages import Hit
from ifmem.core.routing import choose, combine, term_weights
from ifmem.core.stocktaking import version_of
from ifmem.errors import IfmemError
from ifmem.stores.index import Index

HITS = 8  # passages of a shard that rank its pages
PAGES = 3  # of a shard that are read at most
PAGE_MARGIN = 0.8  # of the best passage's score, for another page to be read too


@dataclass(frozen=True)
class Route:
    """A question's terms with their corpus-wide weights, each shard's best score, the versions of the shards' text and of all of it.

    `levels` are the best scores that any shard has for each part of the question, `pages` the digests of each shard's pages that are
    worth reading, best first; a shard without any reads all of its pages.
    """

    weights: dict[str, float] = field(default_factory=dict)
    levels: tuple[float, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    corpus: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def everyone(cls, names: Iterable[str]) -> Route:
        return cls(scores=dict.fromkeys(names, 1.0))


class Router:
    """Keeps every shard's index open, and opens it again when its shard has built a new one."""

    def __init__(self, config: Config, names: Sequence[str]) -> None:
        self._paths = {name: config.index / f"{name}.db" for name in names}
        self._open: dict[str, tuple[tuple[int, int], Index]] = {}

    def route(self, question: str, only: Sequence[str] = ()) -> Route:
        """Score the shards (only some, if the asker named them) by their best passage."""
        indexes = self._indexes()
        frequencies = [index.frequencies(search_terms(question)) for index in indexes.values()]
        counts = sum(map(Counter, frequencies), Counter[str]())
        rarity = term_weights(frequencies, sum(index.passages for index in indexes.values()))
        weights = told_apart(rarity, question, counts)
        asked = {name: index for name, index in indexes.items() if not only or name in only}
        parts = parts_of(question)
        hits = {name: [_hits(index, part, weights) for part in parts] for name, index in asked.items()}
        best = [{name: _best(found[at]) for name, found in hits.items()} for at in range(len(parts))]
        levels = tuple(max(scores.values(), default=0.0) for scores in best)
        scores = combine(best)
        pages = {name: _pages(found) for name, found in hits.items()}
        versions = {name: index.version for name, index in indexes.items()}
        return Route(weights, levels, scores, version_of(versions.values()), versions, pages)

    def _indexes(self) -> Mapping[str, Index]:
        for name, path in self._paths.items():
            facts = _facts(path)
            if facts is not None and (name not in self._open or self._open[name][0] != facts):
                with contextlib.suppress(IfmemError):  # being replaced at this moment: the next question sees it
                    self._open[name] = (facts, Index(path))
        return {name: index for name, (_, index) in self._open.items()}


def _hits(index: Index, part: Part, weights: Mapping[str, float]) -> list[Hit]:
    """The best passages for a part of a question."""
    return suited(index.search(narrowed(weights, part.text), limit=HITS), part.text, part.kind)


def _best(hits: Sequence[Hit]) -> float:
    """The score of the best passage."""
    return hits[0].score if hits else 0.0


def _pages(parts: Sequence[Sequence[Hit]]) -> tuple[str, ...]:
    """The pages with the best passages for any part of the question."""
    scores: list[dict[str, float]] = [{hit.page: hit.score for hit in reversed(hits)} for hits in parts]
    return choose(combine(scores), PAGE_MARGIN)[:PAGES]


def _facts(path: Path) -> tuple[int, int] | None:
    """What changes when the file is replaced; what is updated in it, an open index sees."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
