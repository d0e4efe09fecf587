"""Chunks: a document cut into pieces of passage size, one after the other, for a model to cite by number.

Unlike passages they do not overlap: every line is in exactly one chunk, so nothing is paid for twice. A chunk always holds something to
read (vendors refuse blank text): blank lines belong to the chunk before them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from ifmem.core.documents import Document
from ifmem.core.outline import outline

LINES = 8
SHORTEST = 4  # lines before a heading, a definition or a paragraph may end a chunk


class Chunk(NamedTuple):
    """Lines of a file, 1-based and inclusive, with their line ends."""

    start_line: int
    end_line: int
    text: str


def cut_chunks(document: Document) -> tuple[Chunk, ...]:
    """The chunks of a document (or of a part of one) in order; none if it is blank."""
    lines = document.lines()
    starts = {mark.line for mark in outline(document.path, document.text)}
    first = document.first_line
    return tuple(
        Chunk(first + start, first + end - 1, "".join(f"{line}\n" for line in lines[start:end]))
        for start, end in _readable(_spans(lines, starts), lines)
    )


def _spans(lines: Sequence[str], starts: Collection[int]) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive) of each chunk, 0-based; `starts` are lines with a heading or definition."""
    start = 0
    for at in range(1, len(lines) + 1):
        paragraph = at < len(lines) and bool(lines[at].strip()) and not lines[at - 1].strip()
        natural = at - start >= SHORTEST and (at in starts or paragraph)
        if at == len(lines) or natural or at - start == LINES:
            yield start, at
            start = at


def _readable(spans: Iterator[tuple[int, int]], lines: Sequence[str]) -> list[tuple[int, int]]:
    """The spans with each blank one joined to the one before it, at the top to the one after."""
    joined: list[tuple[int, int]] = []
    opening = 0
    for start, end in spans:
        if any(line.strip() for line in lines[start:end]):
            joined.append((start if joined else opening, end))
        elif joined:
            joined[-1] = (joined[-1][0], end)
    return joined
