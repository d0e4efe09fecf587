"""Which lines of a text to quote: the few that hold most of a question, then as many around them as fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ifmem.core.text import terms_of

LINES = 12  # of a quote
CHARACTERS = 1_200
LINE_CHARACTERS = 600  # a longer line is quoted in part
REPEATED = 0.1  # what a term counts for each line that repeats it: of two windows with the same terms, the one that dwells on them


class Lines(NamedTuple):
    """The lines of a document or of a part of one, and which line of the file the first is."""

    first: int
    lines: Sequence[str]

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    def between(self, start: int, end: int) -> Sequence[str]:
        """From `start` to `end`, lines of the file, inclusive."""
        return self.lines[start - self.first : end - self.first + 1]


def quote_of(lines: Iterable[str]) -> str:
    return "\n".join(line.removesuffix("\r") for line in lines)


def best_window(lines: Sequence[str], held: Sequence[frozenset[str]], weights: Mapping[str, float]) -> tuple[int, int]:
    """Start and end (exclusive) of the lines within the limits that hold most of the question, blank edges left out.

    `held` are the terms of the question that each line holds.
    """
    value, best = -1.0, (0, 0)
    for start in range(len(lines)):
        end, characters = start, 0
        while end < len(lines) and end - start < LINES and (end == start or characters + len(lines[end]) <= CHARACTERS):
            characters += len(lines[end])
            end += 1
        asked = held[start:end]
        distinct: frozenset[str] = frozenset().union(*asked)
        here = sum(weights[t] for t in distinct) + REPEATED * sum(weights[t] for line in asked for t in line)
        if here > value and lines[start].strip():
            value, best = here, (start, end)
    start, end = best
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


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
    """`start` to `end` widened to both sides within `lowest` to `highest`, blank edges left out."""
    room = LINES - (end - start + 1)
    below = min((room + 1) // 2, highest - end)
    above = min(room - below, start - lowest)
    first, last = start - above, end + min(room - above, highest - end)

    def is_spare(edge: int) -> bool:
        return not text.between(edge, edge)[0].strip() or len(quote_of(text.between(first, last))) > CHARACTERS

    while last > end and is_spare(last):
        last -= 1
    while first < start and is_spare(first):
        first += 1
    return first, last
