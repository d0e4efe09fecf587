"""The prompt of a question, laid out for the vendor's cache: instructions, page, breakpoint, overlay, breakpoint, question.

Nothing before a breakpoint depends on the question. A document is sent as blocks of our own chunks, so a citation, which is a range of
blocks, is a range of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ifmem.core.amended_places import carried
from ifmem.core.amendments import Amendment
from ifmem.core.chunks import Chunk, cut_chunks
from ifmem.core.documents import Citation, Document
from ifmem.core.folding import fold
from ifmem.core.pages import Page

EMPTY = "(this file is empty)"
REPLACES = "Newer text of this file: it replaces every earlier document with this title."


@dataclass(frozen=True)
class Sent:
    """A document as it was sent; its place in the order of the prompt is its index in a citation."""

    path: str
    sha256: str
    chunks: tuple[Chunk, ...]
    newer: bool = False
    amendment: Amendment | None = None


@dataclass(frozen=True)
class Laid:
    """Documents laid out: the blocks to send, the last with a breakpoint, and what each of them is."""

    blocks: tuple[dict[str, Any], ...] = ()
    sent: tuple[Sent, ...] = ()

    def then(self, other: Laid) -> Laid:
        return Laid(self.blocks + other.blocks, self.sent + other.sent)

    def cited(self, location: Any) -> tuple[Citation, ...]:
        """The place that a citation of the vendor stands for, if it is worth showing."""
        citation = citation_of(location, self.sent)
        return (citation,) if citation else ()


def lay_out_page(page: Page, ttl: str) -> Laid:
    return _lay_out(page.documents, ttl, newer=False)


def lay_out_overlay(overlay: Sequence[Document], ttl: str) -> Laid:
    return _lay_out(overlay, ttl, newer=True)


def lay_out_amendments(amendments: Sequence[Amendment], ttl: str) -> Laid:
    """What changed behind a page, a block each: one that was sent before is sent the same again, so that the cache holds it."""
    sent = tuple(Sent(one.path, one.sha256, _shown(one), amendment=one) for one in amendments)
    blocks = [_content(one.path, what.chunks, one.note, one.note) for one, what in zip(amendments, sent, strict=True)]
    return Laid(_with_breakpoint(blocks, ttl), sent)


def for_life(fields: dict[str, Any], ttl: str) -> dict[str, Any]:
    """The fields of a request with all its breakpoints for this life. A life is no part of what the vendor compares."""

    def marked(block: dict[str, Any]) -> dict[str, Any]:
        return {**block, "cache_control": {**block["cache_control"], "ttl": ttl}} if "cache_control" in block else block

    messages = [{**one, "content": [marked(block) for block in one["content"]]} for one in fields["messages"]]
    return {**fields, "messages": messages}


def citation_of(location: Any, sent: Sequence[Sent]) -> Citation | None:
    """The place and words that a citation of the vendor stands for; None if it leads to a text that a newer one replaces.

    One that leads nowhere, or whose words are not those of the blocks it names, keeps the words it gave: whoever verifies it will
    not find them there.
    """
    said = str(getattr(location, "cited_text", None) or "").strip("\n")
    index = getattr(location, "document_index", None)
    if not isinstance(index, int) or not 0 <= index < len(sent):
        return Citation(str(getattr(location, "document_title", None) or ""), 1, 1, said)
    document = sent[index]
    if not document.newer and any(other.newer and other.path == document.path for other in sent):
        return None
    amendments = [one.amendment for one in sent[index + 1 :] if one.amendment]
    start, end = getattr(location, "start_block_index", None), getattr(location, "end_block_index", None)
    chunks = document.chunks[start:end] if isinstance(start, int) and isinstance(end, int) and start >= 0 else ()
    if not chunks:
        return Citation(document.path, 1, 1, said, document.sha256)
    return carried(_quoted(document, chunks, said), amendments)


def _quoted(document: Sent, chunks: Sequence[Chunk], said: str) -> Citation:
    """The lines of the chunks, without blank ones at the edges."""
    lines = "".join(chunk.text for chunk in chunks).removesuffix("\n").split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()]
    start, end = filled[0], filled[-1]
    first = chunks[0].start_line
    quote = "\n".join(line.removesuffix("\r") for line in lines[start : end + 1])
    if said and fold(said) != fold(quote):
        quote = said
    return Citation(document.path, first + start, first + end, quote, document.sha256)


def _lay_out(documents: Sequence[Document], ttl: str, *, newer: bool) -> Laid:
    sent = tuple(Sent(one.path, one.sha256, cut_chunks(one), newer) for one in documents)
    blocks = [_block(one, what.chunks, newer) for one, what in zip(documents, sent, strict=True)]
    return Laid(_with_breakpoint(blocks, ttl), sent)


def _shown(amendment: Amendment) -> tuple[Chunk, ...]:
    parts = (Document(amendment.path, part.text, amendment.sha256, part.first_line) for part in amendment.shown)
    return tuple(chunk for part in parts for chunk in cut_chunks(part))


def _with_breakpoint(blocks: list[dict[str, Any]], ttl: str) -> tuple[dict[str, Any], ...]:
    if blocks:
        blocks[-1]["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return tuple(blocks)


def _block(document: Document, chunks: Sequence[Chunk], newer: bool) -> dict[str, Any]:
    notes = [REPLACES] if newer else []
    if document.parts > 1:
        notes.append(f"Part {document.part} of {document.parts}, from line {document.first_line}.")
    return _content(document.path, chunks, " ".join(notes), EMPTY)


def _content(path: str, chunks: Sequence[Chunk], note: str, instead: str) -> dict[str, Any]:
    """`instead` is sent where there is no text: vendors refuse an empty one."""
    texts = [chunk.text for chunk in chunks] or [instead]
    return {
        "type": "document",
        "source": {"type": "content", "content": [{"type": "text", "text": text} for text in texts]},
        "title": path,
        **({"context": note} if note else {}),
        "citations": {"enabled": True},
    }
