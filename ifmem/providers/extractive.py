"""Answers without a model: the best passages of the loaded text, quoted. Nothing is written that does not stand in a source.

Whether there is an answer is decided by evidence alone: how much of the question, by weight, stands together in one place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from ifmem.core.excerpts import Excerpt, choose_excerpts
from ifmem.core.merging import place_of, quoted
from ifmem.core.pages import Entry, Page
from ifmem.core.passages import Hit, cut_passages
from ifmem.core.records import Citation, Document, PageUse
from ifmem.core.scoring import fields_of, score
from ifmem.core.text import question_terms, question_words
from ifmem.providers.contract import Done, Event, Quote, Request, Text

CITATIONS = 5
HITS = 40
ENOUGH = 0.5  # share of the question's weight that one place has to hold
PARTS_ONLY = 0.7  # what an identifier counts whose parts are there and which itself is not
NAMED_WORDS = 8  # words named in a "not found"; it says how many more there are
OVERLAY = ""  # the page of a hit in the overlay

Words = Mapping[str, Sequence[str]]


class Search(Protocol):
    """Finds passages for weighted terms: `stores.index.Index.search`."""

    def __call__(
        self, weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None
    ) -> Sequence[Hit]: ...


class Extractive:
    """A provider that needs no key, costs nothing and can only quote."""

    name = "extractive"
    model = "passages"

    def __init__(self, search: Search) -> None:
        self._search = search

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        words = question_words(request.question)
        weights = request.weights or dict.fromkeys(question_terms(request.question), 1.0)
        sources = _Sources(request, self._search)
        excerpts = choose_excerpts(sources.search(weights, HITS), weights, sources.document, limit=CITATIONS)
        found = bool(excerpts) and is_supported(words, weights, excerpts[0].matched)
        for citation in map(_cite, excerpts if found else ()):
            yield Text(quoted(citation))
            yield Quote(citation)
        if not found:
            yield Text(_regret(words, weights, excerpts, sources))
        pages = tuple(PageUse(page.digest, "none", page.tokens) for page in request.pages)
        yield Done(found, score=excerpts[0].hit.score if excerpts else 0.0, pages=pages)

    async def close(self) -> None:
        """Nothing is held: the index belongs to the shard."""


class _Sources:
    """What one request may be answered from: its pages, with the overlay's documents in place of those they replace."""

    def __init__(self, request: Request, search: Search) -> None:
        self._pages: dict[str, Page] = {page.digest: page for page in request.pages}
        self._overlay = request.overlay
        self._replaced = {document.path for document in request.overlay}
        self._search = search

    def search(self, weights: Mapping[str, float], limit: int) -> list[Hit]:
        """The best passages, best first."""
        # Hits in replaced documents take up places: ask for more than are wanted.
        indexed = self._search(weights, limit=limit * 2 if self._replaced else limit, pages=self._pages.keys())
        hits = [hit for hit in indexed if hit.path not in self._replaced]
        for document in self._overlay:
            hits.extend(_hits_in(document, weights))
        return sorted(hits, key=lambda hit: (-hit.score, hit.path, hit.start_line))[:limit]

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


def _hits_in(document: Document, weights: Mapping[str, float]) -> list[Hit]:
    hits = []
    for passage in cut_passages(document):
        value, matched = score(weights, fields_of(document.path, passage))
        if matched:
            place = (document.path, document.sha256, passage.start_line, passage.end_line)
            hits.append(Hit(OVERLAY, *place, value, matched))
    return hits


def is_supported(words: Words, weights: Mapping[str, float], matched: Collection[str]) -> bool:
    """Whether enough of the question stands in one place. One rare word alone proves nothing, unless it is all that was asked."""
    held = sum(1 for terms in words.values() if any(term in matched for term in terms))
    return held >= min(2, len(words)) and support(words, weights, matched) >= ENOUGH


def support(words: Words, weights: Mapping[str, float], matched: Collection[str]) -> float:
    """The share of a question, by weight, that stands among `matched`, 0 to 1."""
    asked = supported = 0.0
    for terms in words.values():
        weight = max(weights.get(term, 0.0) for term in terms)
        asked += weight
        supported += weight * _share(terms, weights, matched)
    return supported / asked if asked else 0.0


def _share(terms: Sequence[str], weights: Mapping[str, float], matched: Collection[str]) -> float:
    """How much of one word is matched: an identifier as a whole, or less by its parts."""
    whole, *parts = terms
    if whole in matched or not parts:
        return float(whole in matched)
    total = sum(weights.get(part, 0.0) for part in parts)
    held = sum(weights.get(part, 0.0) for part in parts if part in matched)
    return PARTS_ONLY * held / total if total else 0.0


def _cite(excerpt: Excerpt) -> Citation:
    hit = excerpt.hit
    return Citation(
        hit.path, excerpt.start_line, excerpt.end_line, excerpt.quote, hit.sha256, score=round(hit.score, 3)
    )


def _regret(words: Words, weights: Mapping[str, float], excerpts: Sequence[Excerpt], sources: _Sources) -> str:
    """Says that there is no answer, which words are missing, and where to look nearest."""
    matched = excerpts[0].matched if excerpts else frozenset()
    missing = [word for word, terms in words.items() if not matched.intersection(terms)]
    named = missing[:NAMED_WORDS]
    nowhere = [word for word in named if not sources.search({t: weights.get(t, 1.0) or 1.0 for t in words[word]}, 1)]
    apart = [word for word in named if word not in nowhere]
    said = ["These sources do not answer that."]
    if nowhere:
        said.append(f"Not in them: {', '.join(nowhere)}.")
    if apart:
        said.append(f"In them, but not together with the rest of the question: {', '.join(apart)}.")
    if len(missing) > len(named):
        said.append(f"{len(missing) - len(named)} more of the question's words are not where the others are.")
    if excerpts:
        said.append(f"Nearest: {place_of(_cite(excerpts[0]))}")
    return "\n".join(said) + "\n"
