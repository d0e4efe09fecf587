"""What a question asks for: its terms, and for each the related terms that count for it, but less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from ifmem.core.definitions import definition_term, is_definition, names_asked_for
from ifmem.core.evidence import names_in
from ifmem.core.text import QUESTION_TERMS, passing_terms, question_words, stop_terms
from ifmem.core.thesaurus import related

RELATED_SHARE = 0.5  # what a related term counts beside the one that was asked for
PART = 0.4  # what a part of an identifier counts beside the whole


def told_apart(weights: Mapping[str, float], question: str, counts: Mapping[str, int]) -> dict[str, float]:
    """The weights with those of an identifier's parts lowered where the identifier itself stands somewhere, as `counts` says, and
    without the definitions that are asked for and nowhere."""
    lowered = {term: weight for term, weight in weights.items() if counts.get(term) or not is_definition(term)}
    for whole, *parts in question_words(question).values():
        if counts.get(whole):
            lowered.update((part, PART * weights[part]) for part in parts if part in weights)
    return lowered


def search_terms(question: str) -> tuple[str, ...]:
    """The distinct terms that a question is searched by: those asked for in its order, the definitions asked for, those said in passing,
    those related to the first.

    So what is said in passing, in few questions nothing, tells the words asked for from those related to them.
    """
    words = question_words(question)
    asked = dict.fromkeys(term for terms in words.values() for term in terms)
    # Names and the parts of identifiers are no words of the language: what is related to them leads astray.
    names = names_in(question, words)
    plain = [terms[0] for word, terms in words.items() if len(terms) == 1 and word not in names]
    also = dict.fromkeys(other for term in plain for other in related(term) if other not in stop_terms())
    passing = dict.fromkeys(term for term in passing_terms(question) if term in stop_terms())
    defined = dict.fromkeys(map(definition_term, names_asked_for(question)))
    return tuple({**asked, **defined, **passing, **also})[: 2 * QUESTION_TERMS]


def _passing_between(terms: Sequence[str]) -> tuple[int, int]:
    """From where to where (exclusive) the stop terms stand among `terms` that end what was asked for; nowhere in a question that is
    made of nothing else."""
    end = next((at for at in range(len(terms), 0, -1) if terms[at - 1] in stop_terms()), 0)
    start = end - sum(1 for _ in takewhile(stop_terms().__contains__, reversed(terms[:end])))
    return (start, end) if start else (0, 0)


class Concepts:
    """The weighted terms of a question, told apart.

    `asked` maps each term asked for to its weight, in the question's order. `counts_for` maps every term to the terms asked for that it
    counts for, and what it counts: itself in full, a related one less. `passing` are weighted terms that are not asked for.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        """`weights` are in the order of `search_terms`: behind what was said in passing, a term that an earlier one is related to was
        not asked for itself."""
        terms = list(weights)
        start, end = _passing_between(terms)
        self.passing = {term: weights[term] for term in terms[start:end]}
        self.asked = {term: weights[term] for term in terms[:start]}
        also = {other for term in self.asked for other in related(term)}
        for term in terms[end:]:
            if term not in also:
                self.asked[term] = weights[term]
                also.update(related(term))
        self.counts_for = {term: [(term, weight)] for term, weight in self.asked.items()}
        for term, weight in self.asked.items():
            for other in related(term):
                if other in weights and other not in self.asked and other not in self.passing:
                    counted = RELATED_SHARE * min(weight, weights[other])
                    self.counts_for.setdefault(other, []).append((term, counted))
        self.terms = frozenset(self.counts_for)
        self.weight = sum(self.asked.values())
        self._means = {term: self.terms.intersection((term, *related(term))) for term in self.terms}

    def held_by(self, terms: Iterable[str]) -> frozenset[str]:
        """The terms asked for that stand among `terms`, themselves or by one that counts for them."""
        return frozenset(asked for term in self.terms.intersection(terms) for asked, _ in self.counts_for[term])

    def meant_by(self, terms: Iterable[str]) -> frozenset[str]:
        """`held_by`, and the related terms too."""
        return frozenset().union(*(self._means[term] for term in self.terms.intersection(terms)))
