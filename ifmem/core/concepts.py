"""What a question asks for: its terms, and for each the related terms that count for it, but less."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ifmem.core.kinds import kind_named
from ifmem.core.text import QUESTION_STOP_WORDS, QUESTION_TERMS, question_words
from ifmem.core.thesaurus import related

RELATED_SHARE = 0.5  # what a related term counts beside the one that was asked for
MOST_PARTS = 3
COMPOUND_CHARACTERS = 2_000  # a longer question is a pasted text, not several questions
_NEXT_QUESTION = re.compile(
    r"\?\s{1,3}(?=\w)|[,;]?\s{1,3}and\s{1,3}(?=(?:what|where|when|who|whom|whose|which|why|how|does|do|did|is|are|was|were|can)\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their)\b", re.IGNORECASE)  # its subject is the first part's


def parts_of(question: str) -> tuple[str, ...]:
    """The questions that a compound question is made of, if each has a subject of its own; else the question as it is."""
    if len(question) > COMPOUND_CHARACTERS:
        return (question,)
    parts = [part for part in _NEXT_QUESTION.split(question) if part.strip()]
    if not 1 < len(parts) <= MOST_PARTS or not all(map(_is_question, parts)):
        return (question,)
    return (parts[0], *(f"{parts[0]} {part}" if _POINTS_BACK.search(part) else part for part in parts[1:]))


def _is_question(part: str) -> bool:
    """Whether it has a subject of its own, or asks for another kind of place about the first part's: "and how is it documented"."""
    own = any(word.lower() not in QUESTION_STOP_WORDS for word in question_words(part))
    return own or bool(_POINTS_BACK.search(part) and kind_named(part))


def narrowed(weights: Mapping[str, float], part: str) -> dict[str, float]:
    """The weights of one part of a question, raised so that what its passages score compares with the other parts' scores."""
    own = {term: weights[term] for term in search_terms(part) if term in weights}
    share = Concepts(own).weight / (Concepts(weights).weight or 1.0)
    return {term: weight / share for term, weight in own.items()} if share else own


def search_terms(question: str) -> tuple[str, ...]:
    """The distinct terms that a question is searched by: those asked for in its order, then those related to them."""
    words = question_words(question).values()
    asked = dict.fromkeys(term for terms in words for term in terms)
    # The parts of an identifier are no words of the asker's: what is related to them leads astray.
    also = dict.fromkeys(other for terms in words if len(terms) == 1 for other in related(terms[0]))
    return tuple({**asked, **also})[: 2 * QUESTION_TERMS]


class Concepts:
    """The weighted terms of a question, told apart.

    `asked` maps each term asked for to its weight, in the question's order. `counts_for` maps every term to the terms asked for that it
    counts for, and what it counts: itself in full, a related one less.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        """`weights` are in the order of `search_terms`: a term that an earlier one is related to was not asked for itself."""
        self.asked: dict[str, float] = {}
        also: set[str] = set()
        for term, weight in weights.items():
            if term not in also:
                self.asked[term] = weight
                also.update(related(term))
        self.counts_for = {term: [(term, weight)] for term, weight in self.asked.items()}
        for term, weight in self.asked.items():
            for other in related(term):
                if other in weights and other not in self.asked:
                    counted = RELATED_SHARE * min(weight, weights[other])
                    self.counts_for.setdefault(other, []).append((term, counted))
        self.terms = frozenset(self.counts_for)
        self.weight = sum(self.asked.values())
        self._means = {term: self.terms.intersection((term, *related(term))) for term in self.terms}

    def held_by(self, terms: Iterable[str]) -> frozenset[str]:
        """The terms asked for that stand among `terms`, themselves or by one that counts for them."""
        return frozenset(asked for term in self.terms.intersection(terms) for asked, _ in self.counts_for[term])

    def meant_by(self, terms: Iterable[str]) -> frozenset[str]:
        """`held_by`, and the related terms too: of two words of the question that are related, the second is among these only."""
        return frozenset().union(*(self._means[term] for term in self.terms.intersection(terms)))
