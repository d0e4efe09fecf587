"""Quotes that may contradict each other: all but the same words, with another number or a `not` on one side only. Pure.

Likeness of words is all this sees. What it names is worth reading side by side; whether it is a contradiction a reader decides.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ifmem.core.documents import Citation
from ifmem.core.folding import fold
from ifmem.core.ranking import overlap

ALIKE = 0.75  # share of the other words that two lines have in common
FEWEST_WORDS = 4
MOST = 20
_NEGATIONS = frozenset("not no never cannot without don't doesn't isn't aren't won't".split())
_NUMBER = re.compile(r"\d[\d.,:]*")


class Contradiction(NamedTuple):
    """Two lines, each with the citation it stands in."""

    one: Citation
    said: str
    other: Citation
    otherwise: str


@dataclass(frozen=True)
class _Line:
    citation: Citation
    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    negated: bool


def contradictions(citations: Iterable[Citation]) -> list[Contradiction]:
    """At most so many as anybody reads, in the order of the citations; no two lines twice, however many quotes hold them."""
    lines = [line for citation in citations for line in _lines(citation)]
    pairs = {
        frozenset((one.text, other.text)): Contradiction(one.citation, one.text, other.citation, other.text)
        for one, other in reversed(list(itertools.combinations(lines, 2)))
        if not overlap(one.citation, other.citation) and _disagree(one, other)
    }
    return list(pairs.values())[::-1][:MOST]


def _lines(citation: Citation) -> Iterator[_Line]:
    for text in citation.quote.splitlines():
        folded = fold(text)
        said = set(re.findall(r"[\w']+", _NUMBER.sub(" ", folded)))
        words = frozenset(said - _NEGATIONS)
        if len(words) >= FEWEST_WORDS:
            numbers = frozenset(number.rstrip(".,:") for number in _NUMBER.findall(folded))
            yield _Line(citation, text.strip(), words, numbers, bool(said & _NEGATIONS))


def _disagree(one: _Line, other: _Line) -> bool:
    if len(one.words & other.words) < ALIKE * len(one.words | other.words):
        return False
    numbers_differ = bool(one.numbers) and bool(other.numbers) and one.numbers != other.numbers
    return numbers_differ or one.negated != other.negated
