"""Is there an answer? Decided by how much of a question, by weight, stands together in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from ifmem.core.thesaurus import related

ENOUGH = 0.38  # share of a question's weight that one place has to hold, before what follows
FOR_EACH_WORD = 0.175  # less, for each word that it holds
MOST_WORDS = 4  # counted so
FOR_EACH_NAME = 0.75  # more, for each name that it does not hold
# More, if it lacks what the question asks to have chosen or counted, and nothing of the question is rarer.
FOR_WHAT_IS_SOUGHT = 0.5
FOR_SIZE = 0.06  # more, times the logarithm of the number of passages: in more text more stands together by chance
HALF = 0.5  # of the question's weight: one word of several that weighs less proves nothing in any text
PARTS_ONLY = 0.7  # what an identifier counts whose parts are there and which itself is not

Words = Mapping[str, Sequence[str]]
_SOUGHT = re.compile(r"\b(?:which|how\s+(?:many|much))\s+([\w'-]+(?:\s+[\w'-]+)?)", re.IGNORECASE)
_TOLD = re.compile(
    r"\bhow\s+(?!many\b|much\b)([\w'-]+)|\b(?:which|what)\s+(?:is\s+the\s+|was\s+the\s+)?([\w'-]+)", re.IGNORECASE
)
_MEASURES = frozenset(
    "big cheap deep expensive far fast heavy high large late long old often soon tall thick warm wide".split()
)
# What an answer need not name, because it says which: "on Monday" for the day, "a dog" for the animal.
_GENERAL = frozenset(
    """
    amount animal city color colour country date day kind month name number part people percentage person place reason room share side size
    sort thing time type way week word year
    """.split()
)
_REPLACED = _MEASURES | _GENERAL
_RAREST = 0.9  # of the highest weight of the question's terms
_NAME = re.compile(r"[A-Z]|\w*[a-z][A-Z]|\w*[\d_]")  # `PostgreSQL`, `iPhone`, `h2`
_COUNT_OR_DAY = re.compile(
    r"\d{1,3}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december",
    re.IGNORECASE,
)


def names_in(question: str, words: Iterable[str]) -> frozenset[str]:
    """Those of the question's `words` that look like names; not its first word, which may be written large for being first, and no
    count, month or day of the week: what happened then is often told without them."""
    start = question.lstrip()
    return frozenset(
        word for word in words if _NAME.match(word) and not _COUNT_OR_DAY.fullmatch(word) and not start.startswith(word)
    )


def sought_in(question: str, words: Iterable[str]) -> frozenset[str]:
    """Those of the question's `words` that say what is to be chosen or counted: "which car", "how many red apples"."""
    sought = {word for found in _SOUGHT.findall(question) for word in found.split()}
    return frozenset(word for word in words if word in sought and word.lower() not in _GENERAL)


def told_in(question: str, words: Iterable[str]) -> frozenset[str]:
    """Those of the question's `words` that an answer replaces by itself: "how old", "what animal"."""
    told = {word for found in _TOLD.findall(question) for word in found if word.lower() in _REPLACED}
    return frozenset(word for word in words if word in told)


def enough(held: int, names_apart: int, passages: float) -> float:
    """The share of a question that a place has to hold in a text of so many passages, given how many of its words the place holds
    and how many of its names it does not."""
    needed = ENOUGH + FOR_SIZE * math.log(max(passages, 1.0)) + FOR_EACH_NAME * names_apart
    return needed - FOR_EACH_WORD * min(held, MOST_WORDS)


def is_supported(
    question: str, words: Words, weights: Mapping[str, float], matched: Collection[str], passages: float
) -> bool:
    """Whether enough of a question (its `words` with their terms) stands in a place that holds the terms `matched`."""
    held = {word for word, terms in words.items() if terms[0] in matched or _are_held(terms[1:], matched)}
    told = told_in(question, words) - held
    words = {word: terms for word, terms in words.items() if word not in told} or words
    apart = sum(name not in held for name in names_in(question, words))
    needed = enough(len(held), apart, passages)
    if any(_is_rarest(words[word], weights) for word in sought_in(question, words) - held):
        needed += FOR_WHAT_IS_SOUGHT
    share = support(words, weights, matched)
    alone = len(held) == 1 < len(words)
    return bool(held) and share >= min(1.0, needed) and not (alone and share < HALF)


def _is_rarest(terms: Sequence[str], weights: Mapping[str, float]) -> bool:
    """Whether neither the terms nor what is related to them is less rare than the rest of the question."""
    meant = {weights[term] for asked in terms for term in (asked, *related(asked)) if term in weights}
    return min(meant, default=0.0) >= _RAREST * max(weights.values(), default=0.0)


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
