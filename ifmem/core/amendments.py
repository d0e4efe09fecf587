"""What a change of one document costs a model to read: the changed lines with a little around them, and how line numbers moved.

A page stays as it was frozen; an amendment is put behind it. Amendments of one path build on each other: each one speaks of the text
that the one before it left. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

AROUND = 3  # unchanged lines shown on either side of a change
WHOLE_FROM = 0.6  # a text that is shown to this share is shown whole
# Between the first and the last change: more are replaced as one span, which takes no time to find.
COMPARED_LINES = 4_000


class Span(NamedTuple):
    """`removed` lines of the earlier text, from line `start` (1-based), give way to `lines`, which keep their ends."""

    start: int
    removed: int
    lines: tuple[str, ...]


class Stretch(NamedTuple):
    """Present text to be shown, and the number of its first line."""

    first_line: int
    text: str


@dataclass(frozen=True)
class Amendment:
    """What became of the document at `path`. `sha256` is its source's digest now, empty if it was removed.

    `spans` turn the earlier text into the present one exactly; `shown` is as much of it as a model needs to read. `created`: there was no
    earlier text. `moved_from` is the path that the document had before.
    """

    path: str
    sha256: str
    spans: tuple[Span, ...] = ()
    shown: tuple[Stretch, ...] = ()
    created: bool = False
    moved_from: str = ""

    @property
    def removed(self) -> bool:
        return not self.sha256

    @property
    def note(self) -> str:
        """Tells a model how to read it."""
        if self.removed:
            return "This file is gone: earlier documents with this title no longer count."
        if self.created:
            return "A new file."
        said = f"This file was called {self.moved_from} before. " if self.moved_from else ""
        if not self.spans:
            return f"{said}Its text is the same."
        gone = ", ".join(_numbers(span) for span in self.spans if span.removed)
        replaced = f" Lines {gone} of its earlier text no longer count." if gone else ""
        return f"{said}Newer text of this file, with present line numbers.{replaced} {_moves(self.spans)}".rstrip()

    def line_now(self, line: int) -> int | None:
        """Where a line of the earlier text stands now; None if it was replaced or removed."""
        if self.removed or self.created:
            return None
        shift = 0
        for span in self.spans:
            if line < span.start:
                break
            if line < span.start + span.removed:
                return None
            shift += len(span.lines) - span.removed
        return line + shift


def removal(path: str) -> Amendment:
    return Amendment(path, "")


def creation(path: str, sha256: str, text: str) -> Amendment:
    return Amendment(path, sha256, spans_between("", text), (Stretch(1, text),), created=True)


def amendment(path: str, sha256: str, before: str, after: str, moved_from: str = "") -> Amendment:
    """How `before` became `after`."""
    spans = spans_between(before, after)
    return Amendment(path, sha256, spans, tuple(_shown(spans, lines_of(after))), moved_from=moved_from)


def lines_of(text: str) -> list[str]:
    """Lines with their ends. Only line feeds end a line, as in editors and git."""
    *ended, rest = text.split("\n")
    return [f"{line}\n" for line in ended] + ([rest] if rest else [])


def spans_between(before: str, after: str) -> tuple[Span, ...]:
    """The changes that turn one text into the other, in order."""
    old, new = lines_of(before), lines_of(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if not old and not new:
        return ()
    if len(old) + len(new) > COMPARED_LINES:
        return (Span(head + 1, len(old), tuple(new)),)
    changes = SequenceMatcher(None, old, new).get_opcodes()
    return tuple(
        Span(head + start + 1, end - start, tuple(new[first:last]))
        for what, start, end, first, last in changes
        if what != "equal"
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items they begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _shown(spans: Sequence[Span], lines: Sequence[str]) -> Iterator[Stretch]:
    """The changed lines with what stands around them, neighbours joined; all lines if that is most of them."""
    ranges: list[tuple[int, int]] = []
    for start, end in _present(spans):
        first, last = max(0, start - AROUND), min(len(lines), end + AROUND)
        if ranges and first <= ranges[-1][1]:
            first = ranges.pop()[0]
        ranges.append((first, last))
    if sum(last - first for first, last in ranges) >= WHOLE_FROM * len(lines):
        ranges = [(0, len(lines))] if ranges else []
    for first, last in ranges:
        yield Stretch(first + 1, "".join(lines[first:last]))


def _present(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Where each span's lines stand in the present text, 0-based, the end not included."""
    shift = 0
    for span in spans:
        start = span.start - 1 + shift
        yield start, start + len(span.lines)
        shift += len(span.lines) - span.removed


def _numbers(span: Span) -> str:
    last = span.start + span.removed - 1
    return str(span.start) if last == span.start else f"{span.start}-{last}"


def _moves(spans: Sequence[Span]) -> str:
    last = spans[-1]
    shift = sum(len(span.lines) - span.removed for span in spans)
    return f"What stood behind line {last.start + last.removed - 1} has moved by {shift:+d} lines." if shift else ""
