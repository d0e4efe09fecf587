"""Answers without a model: the best passages of the loaded text, quoted. Nothing is written that does not stand in a source.

Whether there is an answer is decided by evidence alone: how much of the question, by weight, stands together in one place.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Protocol

from ifmem.core.company import in_company
from ifmem.core.compound import Part, narrowed, parts_of
from ifmem.core.concepts import Concepts, search_terms
from ifmem.core.documents import Citation, Document
from ifmem.core.evidence import Words, is_supported
from ifmem.core.excerpts import Excerpt, choose_excerpts, overlap
from ifmem.core.findings import Lack, PageUse
from ifmem.core.follow_ups import searchable
from ifmem.core.kinds import suited
from ifmem.core.merging import quoted
from ifmem.core.pages import Entry, Page
from ifmem.core.passages import Hit, cut_passages
from ifmem.core.regrets import NEAREST, regret, unanswered
from ifmem.core.scoring import fields_of, score_for
from ifmem.core.text import question_words
from ifmem.core.thesaurus import related
from ifmem.providers.contract import Done, Event, Quote, Request, Text

CITATIONS = 5
HITS = 24
PASSAGE_TOKENS = 80  # in a usual passage
NAMED_WORDS = 8  # words named in a "not found"; it says how many more there are
FALL = 0.6  # what the next excerpt of a part of a compound question counts beside the one before
IN_ORDER = 0.99  # the same for the best of the next part beside the best of the one before: they are answered as they were asked
OVERLAY = ""  # the page of a hit in the overlay


class Search(Protocol):
    """Finds passages for weighted terms: `stores.index.Index.search`."""

    def __call__(
        self, weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None
    ) -> Sequence[Hit]: ...


class Extractive:
    """A provider that needs no key, costs nothing and can only quote."""

    name = "extractive"
    model = "passages"

    def __init__(self, search: Search, citations: int = CITATIONS) -> None:
        """`citations` is how many an answer has at most."""
        self._search = search
        self._citations = citations

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        question = searchable(request.question, request.history)
        weights = request.weights or dict.fromkeys(search_terms(question), 1.0)
        sources = _Sources(request, self._search)
        asked = parts_of(question)
        parts = [_looked_up(part, narrowed(weights, part.text), sources, self._citations) for part in asked]
        levels = request.levels if len(request.levels) == len(asked) else [_best(part) for part in parts]
        level = Concepts(weights).weight if len(asked) > 1 else 0.0
        found = [
            _levelled(part, level * IN_ORDER**at, best) if level else part.excerpts
            for at, (part, best) in enumerate(zip(parts, levels, strict=True))
            if part.found
        ]
        citations = [_cite(excerpt) for excerpt in _in_turn(found)]
        for citation in citations[: self._citations]:
            yield Text(quoted(citation))
            yield Quote(citation)
        lacks = tuple(_lack(part, sources) for part in parts if not part.found)
        if lacks:
            yield Text(unanswered(lacks) if citations else regret(lacks))
        pages = tuple(PageUse(page.digest, "none", page.tokens) for page in request.pages)
        best = max((part.excerpts[0].hit.score for part in parts if part.excerpts), default=0.0)
        yield Done(bool(citations), score=best, pages=pages, lacks=lacks)

    async def close(self) -> None:
        """Nothing is held: the index belongs to the shard."""


class _Sources:
    """What one request may be answered from: its pages, with the overlay's documents in place of those they replace."""

    def __init__(self, request: Request, search: Search) -> None:
        self._pages: dict[str, Page] = {page.digest: page for page in request.pages}
        self._overlay = request.overlay
        self._replaced = {document.path for document in request.overlay}
        self._search = search
        self.passages = sum(page.tokens for page in request.pages) / PASSAGE_TOKENS

    def search(self, weights: Mapping[str, float], limit: int) -> list[Hit]:
        """The best passages, best first."""
        # Hits in replaced documents take up places: ask for more than are wanted.
        indexed = self._search(weights, limit=limit * 2 if self._replaced else limit, pages=self._pages.keys())
        hits = [hit for hit in indexed if hit.path not in self._replaced]
        concepts = Concepts(weights)
        for document in self._overlay:
            hits.extend(in_company(_hits_in(document, concepts), concepts))
        return sorted(hits, key=lambda hit: (-hit.score, hit.path, hit.start_line))[:limit]

    def lack(self, terms: Sequence[str]) -> bool:
        """Whether neither the terms nor any that are related to them stand anywhere."""
        return not self.search(dict.fromkeys((*terms, *(other for term in terms for other in related(term))), 1.0), 1)

    def document(self, hit: Hit) -> Document | None:
        """The document, or the part of it, that a hit stands in."""
        if hit.page == OVERLAY:
            parts = [document for document in self._overlay if document.path == hit.path]
            return max((p for p in parts if p.first_line <= hit.start_line), key=_first_line, default=None)
        page = self._pages.get(hit.page)
        entries = [entry for entry in page.table if entry.path == hit.path] if page else []
        entry = max((e for e in entries if e.first_line <= hit.start_line), key=_first_line, default=None)
        return page.read(entry) if page and entry else None


def _first_line(place: Document | Entry) -> int:
    return place.first_line


def _hits_in(document: Document, concepts: Concepts) -> list[Hit]:
    hits = []
    for passage in cut_passages(document):
        value, matched = score_for(concepts, fields_of(document.path, passage))
        if matched:
            place = (document.path, document.sha256, passage.start_line, passage.end_line)
            hits.append(Hit(OVERLAY, *place, value, matched))
    return hits


@dataclass(frozen=True)
class _Part:
    """One of the questions that were asked, and what there is to quote for it: what supports an answer first, then by score."""

    asked: Part
    words: Words
    weights: Mapping[str, float]
    excerpts: Sequence[Excerpt]
    found: bool


def _looked_up(asked: Part, weights: Mapping[str, float], sources: _Sources, limit: int) -> _Part:
    question = asked.text
    words = question_words(question)
    hits = suited(sources.search(weights, HITS), question, asked.kind)
    excerpts = choose_excerpts(hits, weights, sources.document, limit=limit)
    supported = [
        one for one in excerpts[:CITATIONS] if is_supported(question, words, weights, one.matched, sources.passages)
    ]
    others = [excerpt for excerpt in excerpts if excerpt not in supported]
    return _Part(asked, words, weights, [*supported, *others], bool(supported))


def _best(part: _Part) -> float:
    """The best score that there is for a part here."""
    return max((excerpt.hit.score for excerpt in part.excerpts), default=0.0)


def _levelled(part: _Part, level: float, best: float) -> list[Excerpt]:
    """A part's excerpts with scores by which the parts take turns, whatever shard they are of: `level` for what scores as much as the
    `best` of all shards, less for what scores less, and less for each one after the first."""
    levelled = []
    for at, excerpt in enumerate(part.excerpts):
        share = min(1.0, excerpt.hit.score / best) if best else 1.0
        hit = excerpt.hit._replace(score=level * FALL**at * math.sqrt(share))
        levelled.append(replace(excerpt, hit=hit))
    return levelled


def _in_turn(lists: Iterable[Sequence[Excerpt]]) -> list[Excerpt]:
    """The first of each, then the second of each, and so on; no place twice."""
    chosen: list[Excerpt] = []
    for row in zip_longest(*lists):
        for excerpt in filter(None, row):
            if not any(overlap(excerpt, other) for other in chosen):
                chosen.append(excerpt)
    return chosen


def _cite(excerpt: Excerpt) -> Citation:
    hit, spot = excerpt.hit, excerpt.spot
    score = round(hit.score, 3)
    return Citation(hit.path, spot.start_line, spot.end_line, excerpt.quote, hit.sha256, score=score, also=excerpt.also)


def _lack(part: _Part, sources: _Sources) -> Lack:
    matched = part.excerpts[0].matched if part.excerpts else frozenset()
    missing = [word for word, terms in part.words.items() if not matched.intersection(terms)]
    named = missing[:NAMED_WORDS]
    nowhere = tuple(word for word in named if sources.lack(part.words[word]))
    apart = tuple(word for word in named if word not in nowhere)
    nearest = tuple(_cite(excerpt).place for excerpt in part.excerpts[:NEAREST])
    return Lack(part.asked.text, nowhere, apart, len(missing) - len(named), nearest)
