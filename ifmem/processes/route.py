"""Routing with the shards' own indexes: which of them hold the best passages for a question."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ifmem.config import Config
from ifmem.core.concepts import narrowed, parts_of, search_terms
from ifmem.core.manifest import version_of
from ifmem.core.routing import combine, term_weights
from ifmem.errors import IfmemError
from ifmem.stores.index import Index


@dataclass(frozen=True)
class Route:
    """A question's terms with their corpus-wide weights, each shard's best score, and the corpus version they were read from."""

    weights: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    corpus: str = ""

    @classmethod
    def everyone(cls, names: Iterable[str]) -> Route:
        return cls(scores=dict.fromkeys(names, 1.0))


class Router:
    """Keeps every shard's index open, and opens it again when its shard has built a new one."""

    def __init__(self, config: Config, names: Sequence[str]) -> None:
        self._paths = {name: config.index / f"{name}.db" for name in names}
        self._open: dict[str, tuple[tuple[int, int], Index]] = {}

    def route(self, question: str, only: Sequence[str], margin: float) -> Route:
        """Score the shards (only some, if the asker named them) by their best passage."""
        indexes = self._indexes()
        frequencies = [index.frequencies(search_terms(question)) for index in indexes.values()]
        weights = term_weights(frequencies, sum(index.passages for index in indexes.values()))
        asked = {name: index for name, index in indexes.items() if not only or name in only}
        parts = [narrowed(weights, part) for part in parts_of(question)]
        scores = combine([{name: _best(index, part) for name, index in asked.items()} for part in parts])
        return Route(weights, scores, version_of(index.version for index in indexes.values()))

    def _indexes(self) -> Mapping[str, Index]:
        for name, path in self._paths.items():
            facts = _facts(path)
            if facts is not None and (name not in self._open or self._open[name][0] != facts):
                with contextlib.suppress(IfmemError):  # being replaced at this moment: the next question sees it
                    self._open[name] = (facts, Index(path))
        return {name: index for name, (_, index) in self._open.items()}


def _best(index: Index, weights: Mapping[str, float]) -> float:
    """The score of its best passage."""
    hits = index.search(weights, limit=1)
    return hits[0].score if hits else 0.0


def _facts(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
