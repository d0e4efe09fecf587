"""Which lines of a text to quote: the few that hold most of a question, then as many around them as fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ifmem.core.text import terms_of

LINES = 12  # of a quote
CHARACTERS = 1_200
LINE_CHARACTERS = 600  # a longer line is quoted in part
STRADDLING = 0.75  # what a window counts for each place in it where something else begins
TO_HEAD = 5  # lines above the evidence that are quoted before those below it, if the heading or definition stands there
REPEATED = 0.1  # what a term counts for each line that repeats it: of two windows with the same terms, the one that dwells on them


class Lines(NamedTuple):
    """The lines of a document or of a part of one, and which line of the file the first is.

    `heads` are the lines of the file where headings or definitions stand, `breaks` those of them that end what stands above: the first
    section of a chapter does not.
    """

    first: int
    lines: Sequence[str]
    heads: Sequence[int] = ()
    breaks: Sequence[int] = ()

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    def between(self, start: int, end: int) -> Sequence[str]:
        """From `start` to `end`, lines of the file, inclusive."""
        return self.lines[start - self.first : end - self.first + 1]


def quote_of(lines: Iterable[str]) -> str:
    return "\n".join(line.removesuffix("\r") for line in lines)


def best_window(
    lines: Sequence[str], held: Sequence[frozenset[str]], weights: Mapping[str, float], breaks: Iterable[int] = ()
) -> tuple[int, int]:
    """Start and end (exclusive) of the lines within the limits that hold most of the question, blank edges left out.

    `held` are the terms of the question that each line holds, `breaks` the lines where something else begins.
    """
    value, best = -1.0, (0, 0)
    for start in (at for at, line in enumerate(lines) if line.strip()):
        last = _longest(lines, start)
        for crossed, end in enumerate((*(line for line in breaks if start < line < last), last)):
            here = _worth(held[start:end], weights) * STRADDLING**crossed
            if here > value:
                value, best = here, (start, end)
    start, end = best
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _longest(lines: Sequence[str], start: int) -> int:
    """The end (exclusive) of as many lines from `start` on as may be quoted."""
    end, characters = start + 1, len(lines[start])
    while end < len(lines) and end - start < LINES and characters + len(lines[end]) <= CHARACTERS:
        characters += len(lines[end])
        end += 1
    return end


def _worth(held: Sequence[frozenset[str]], weights: Mapping[str, float]) -> float:
    distinct: frozenset[str] = frozenset().union(*held)
    repeated = sum(weights[term] for line in held for term in line)
    return round(sum(weights[term] for term in distinct) + REPEATED * repeated, 6)


def best_part(line: str, weights: Mapping[str, float]) -> str:
    """The part of a long line that holds most of the question, without the words that were cut."""

    def worth(start: int) -> float:
        return sum(weights.get(term, 0.0) for term in set(terms_of(line[start : start + LINE_CHARACTERS])))

    start = max(range(0, len(line), LINE_CHARACTERS // 2), key=worth)
    part = line[start : start + LINE_CHARACTERS]
    if start:
        part = re.sub(r"^\w+", "", part)
    if start + LINE_CHARACTERS < len(line):
        part = re.sub(r"\w+$", "", part)
    return part.strip()


def surrounded(text: Lines, start: int, end: int, lowest: int, highest: int) -> tuple[int, int]:
    """`start` to `end` widened to both sides within `lowest` to `highest`, blank edges left out.

    First of all up to the heading or definition that they stand under, if it is near; never to what stands above that.
    """
    lowest = max((lowest, *(line for line in text.breaks if line <= start)))
    room = LINES - (end - start + 1)
    below = min((room + 1) // 2, highest - end)
    above = min(room - below, start - lowest)
    head = max((line for line in text.heads if lowest <= line <= start), default=start)
    if start - head <= min(room, TO_HEAD):
        above = max(above, start - head)
    first, last = start - above, end + min(room - above, highest - end)

    def is_spare(edge: int) -> bool:
        return not text.between(edge, edge)[0].strip() or len(quote_of(text.between(first, last))) > CHARACTERS

    while last > end and is_spare(last):
        last -= 1
    while first < start and is_spare(first):
        first += 1
    return first, last
