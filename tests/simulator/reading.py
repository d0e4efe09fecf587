"""The model of this vendor: finds the chunks that share most words with the question, and cites them. No intelligence, always the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from simulator.asked import Asked, Document, SearchResult

NOTHING = "Not in the corpus."
ENOUGH = 2  # words in common


@dataclass(frozen=True)
class Spoken:
    """What a reply says: pieces of text, each with its citations, and why it ended."""

    pieces: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]
    stop_reason: str = "end_turn"
    stop_details: dict[str, Any] | None = None
    thinking: bool = False
    extra_blocks: tuple[dict[str, Any], ...] = field(default=())

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


def say(text: str, *citations: dict[str, Any], stop_reason: str = "end_turn") -> Spoken:
    return Spoken(((text, citations),), stop_reason)


def read(asked: Asked) -> Spoken:
    """The answer this model gives when it is not told what to say."""
    wanted = _words(asked.question)
    shared = [
        (len(wanted & _words(chunk)), source, at)
        for source, read in enumerate((*asked.documents, *asked.results))
        for at, chunk in enumerate(read.chunks)
    ]
    best = max((count for count, _, _ in shared), default=0)
    if best < min(ENOUGH, len(wanted)) or not best:
        return Spoken(((NOTHING, ()),), thinking=asked.thinks)
    hits = [(source, at) for count, source, at in shared if count == best]
    pieces: list[tuple[str, tuple[dict[str, Any], ...]]] = [("As the documents say: ", ())]
    for source, at in hits:
        result = source - len(asked.documents)
        citation = cite(asked.documents, source, at) if result < 0 else cite_result(asked.results, result, at)
        pieces.append((citation["cited_text"].strip(), (citation,) if asked.cites else ()))
    return Spoken(tuple(pieces), thinking=asked.thinks)


def cite(documents: tuple[Document, ...], document: int, start: int, end: int | None = None) -> dict[str, Any]:
    """A citation as the API gives it: a range of the document's own blocks."""
    end = start + 1 if end is None else end
    return {
        "type": "content_block_location",
        "cited_text": "".join(documents[document].chunks[start:end]),
        "document_index": document,
        "document_title": documents[document].title,
        "file_id": None,
        "start_block_index": start,
        "end_block_index": end,
    }


def cite_result(results: tuple[SearchResult, ...], result: int, start: int, end: int | None = None) -> dict[str, Any]:
    """The same of a search result."""
    end = start + 1 if end is None else end
    return {
        "type": "search_result_location",
        "cited_text": "".join(results[result].chunks[start:end]),
        "search_result_index": result,
        "source": results[result].source,
        "title": results[result].title,
        "start_block_index": start,
        "end_block_index": end,
    }


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3}
