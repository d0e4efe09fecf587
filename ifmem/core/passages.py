"""Passages: the pieces of about eight lines that a document is searched and quoted by.

A passage ends where a section or definition starts if one is near, and overlaps the next one if none is. The end of a commit is never
in one passage with the next commit: that one would be quoted from its middle. A passage knows the headings or definitions it stands
under. Every line of a document is in a passage; lines are 1-based and of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from ifmem.core.documents import Document
from ifmem.core.named_lines import constants, descriptions
from ifmem.core.outline import Mark, outline, owned_names
from ifmem.core.text import LONGEST_WORD

LINES = 8
OVERLAP = 2
SHORTEST = 4  # lines before a heading or definition may end a passage
CHARACTERS = 1_600  # a passage of long lines ends at this size, and a longer line is taken in pieces of it


class Passage(NamedTuple):
    """`context` is the headings or definitions it stands under, outermost first; `defines` the names that a program defines inside it,
    `names` those and what a manual describes, also by what they belong to: `load` and `Schema.load`."""

    start_line: int
    end_line: int
    text: str
    context: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A passage found. `matched` are the question's terms it or its context holds; `score` compares across indexes (core.scoring)."""

    page: str
    path: str
    sha256: str
    start_line: int
    end_line: int
    score: float
    matched: frozenset[str]


def cut_passages(document: Document) -> Iterator[Passage]:
    """The passages of a document (or of a part of one) in order."""
    lines = document.lines()
    marks = outline(document.path, document.text)
    defined = {mark.line: mark.name for mark in [*constants(document.path, document.text), *marks] if mark.name}
    described = {mark.line: mark.name for mark in descriptions(document.path, document.text)}
    owned = owned_names(marks)
    contexts = _Contexts(marks)
    of_commits = document.path.startswith("git:")
    for start, end in _spans(lines, {mark.line: mark.depth for mark in marks}, of_commits=of_commits):
        context = contexts.at(start)
        defines = _among(defined, start, end)
        names = (*defines, *_among(described, start, end), *_among(owned, start, end))
        first, last = document.first_line + start, document.first_line + end - 1
        for text in _pieces("\n".join(lines[start:end])):
            yield Passage(first, last, text, context, defines, names)


def _among(names: Mapping[int, str], start: int, end: int) -> tuple[str, ...]:
    return tuple(names[line] for line in range(start, end) if line in names) if names else ()


class _Contexts:
    """The titles that each line stands under, asked for in order."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._coming = list(reversed(marks))
        self._above: list[Mark] = []

    def at(self, line: int) -> tuple[str, ...]:
        while self._coming and self._coming[-1].line <= line:
            mark = self._coming.pop()
            self._above = [*(above for above in self._above if above.depth < mark.depth), mark]
        return tuple(mark.title for mark in self._above)


def _spans(lines: Sequence[str], depths: Mapping[int, int], *, of_commits: bool) -> Iterator[tuple[int, int]]:
    """Where each passage starts and ends (exclusive), 0-based. `depths` are those of the lines with a mark."""
    offsets = [0, *accumulate(map(len, lines))]
    start, total = 0, len(lines)
    while start < total:
        end = min(start + LINES, total)
        while end > start + 1 and offsets[end] - offsets[start] > CHARACTERS:
            end -= 1
        # The outermost heading or definition, of several the last: a class is not torn from its first method.
        marked = [line for line in range(end, start + SHORTEST - 1, -1) if line in depths]
        boundary = min(marked, key=depths.__getitem__, default=0)
        if of_commits and start not in depths:
            boundary = next((line for line in range(start + 1, end + 1) if line in depths), 0)
        end = boundary or end
        yield start, end
        if end == total:
            return
        start = end if boundary else max(start + 1, end - OVERLAP)


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces that overlap by a word, so that none is lost at a cut."""
    yield text[:CHARACTERS]
    for at in range(CHARACTERS, len(text), CHARACTERS):
        yield text[at - LONGEST_WORD : at + CHARACTERS]
