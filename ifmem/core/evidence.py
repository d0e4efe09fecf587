"""Is there an answer? Decided by how much of a question, by weight, stands together in one place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

ENOUGH = 0.4  # share of a question's weight that one place has to hold
ENOUGH_WITHOUT_A_WORD = 0.5  # the same if a word that was asked for stands nowhere, nor one related to it
ENOUGH_WITHOUT_A_NAME = 0.7  # the same if that word is a name
PARTS_ONLY = 0.7  # what an identifier counts whose parts are there and which itself is not

Words = Mapping[str, Sequence[str]]
_NAME = re.compile(r"[A-Z]|\w*[a-z][A-Z]|\w*[\d_]")  # `PostgreSQL`, `iPhone`, `h2`


def enough_without(nowhere: Collection[str], question: str) -> float:
    """The share of a question that one place has to hold, given which of its words stand nowhere."""
    if any(_NAME.match(word) and not question.lstrip().startswith(word) for word in nowhere):
        return ENOUGH_WITHOUT_A_NAME
    return ENOUGH_WITHOUT_A_WORD if nowhere else ENOUGH


def is_supported(words: Words, weights: Mapping[str, float], matched: Collection[str], enough: float = ENOUGH) -> bool:
    """Whether enough of a question (its `words` with their terms) stands in a place that holds the terms `matched`.

    One rare word alone proves nothing, unless it is all that was asked or an exact name.
    """
    held = [terms for terms in words.values() if any(term in matched for term in terms)]
    exact = any(is_exact(terms) and terms[0] in matched for terms in held)
    return len(held) >= min(1 if exact else 2, len(words)) and support(words, weights, matched) >= enough


def is_exact(terms: Sequence[str]) -> bool:
    """Whether a word is an identifier, a version or a date: found as written, it is no coincidence."""
    return len(terms) > 1 or any(character.isdigit() or character == "_" for character in terms[0])


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
