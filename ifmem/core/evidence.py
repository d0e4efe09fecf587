"""Is there an answer? Decided by how much of a question, by weight, stands together in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

ENOUGH = 0.38  # share of a question's weight that one place has to hold, before what follows
FOR_EACH_WORD = 0.175  # less, for each word that it holds
MOST_WORDS = 4  # counted so
FOR_EACH_NAME = 0.75  # more, for each name that it does not hold
FOR_SIZE = 0.06  # more, times the logarithm of the number of passages: in more text more stands together by chance
HALF = 0.5  # of the question's weight: one word of several that weighs less proves nothing in any text
PARTS_ONLY = 0.7  # what an identifier counts whose parts are there and which itself is not

Words = Mapping[str, Sequence[str]]
_NAME = re.compile(r"[A-Z]|\w*[a-z][A-Z]|\w*[\d_]")  # `PostgreSQL`, `iPhone`, `h2`


def names_in(question: str, words: Iterable[str]) -> frozenset[str]:
    """Those of the question's `words` that look like names; not its first word, which may be written large for being first."""
    start = question.lstrip()
    return frozenset(word for word in words if _NAME.match(word) and not start.startswith(word))


def enough(held: int, names_apart: int, passages: float) -> float:
    """The share of a question that a place has to hold in a text of so many passages, given how many of its words the place holds
    and how many of its names it does not."""
    needed = ENOUGH + FOR_SIZE * math.log(max(passages, 1.0)) + FOR_EACH_NAME * names_apart
    return needed - FOR_EACH_WORD * min(held, MOST_WORDS)


def is_supported(
    words: Words, weights: Mapping[str, float], matched: Collection[str], names: Collection[str], passages: float
) -> bool:
    """Whether enough of a question (its `words` with their terms) stands in a place that holds the terms `matched`."""
    held = {word for word, terms in words.items() if terms[0] in matched or _are_held(terms[1:], matched)}
    apart = sum(name not in held for name in names)
    share = support(words, weights, matched)
    alone = len(held) == 1 < len(words)
    return bool(held) and share >= min(1.0, enough(len(held), apart, passages)) and not (alone and share < HALF)


def _are_held(parts: Sequence[str], matched: Collection[str]) -> bool:
    return bool(parts) and all(part in matched for part in parts)


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
