"""How well a passage answers a question, from the question's corpus-wide term weights alone.

The same passage gets the same score whatever index holds it, so the best of several shards can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ifmem.core.concepts import Concepts
from ifmem.core.definitions import definition_term
from ifmem.core.kinds import is_test
from ifmem.core.passages import Passage
from ifmem.core.text import analyse

USUAL_TERMS = 50  # in a passage; a longer one has to say a term more often for the same score
SATURATION = 0.8
ABOVE = 1.5  # what a term in the path or heading adds to one in the lines
COVERED = 1.1  # what a term adds by standing here at all, so that many different ones outweigh repetition
COVERED_ABOVE = 0.5  # the same for one that stands in the path or heading only
TOGETHER = 0.8  # what a term adds by standing in the stretch that holds most of the question
STRETCH = 20  # terms
PASSING = 0.8  # what a word adds that is no part of the subject, by standing here at all
NEIGHBOURS = 0.4  # what two terms add that are neighbours in the question and stand near each other here
NEAR = 4  # terms
DEFINITION = 0.8
ANOTHER_VERSION = 0.6  # what a passage counts under a path or heading of versions or dates, none of them asked for
LATER_VERSION = 0.85  # the same under 1.0.2, asked for 1.0
_VERSION = re.compile(r"\d+(?:_\d+)+")  # as a term: `core.text`
_QUOTED_QUESTION = re.compile(r"[\"'`“][^\"'`“”\n]{12,300}\?[\"'`”]")
TEST_SHARE = 0.4  # what a test's passage counts when tests were not asked for
IN_TEST = "_test_"  # in the context of a test's passages; no word is analysed to it


class Fields(NamedTuple):
    """A passage as terms separated by spaces: of its path and context, of each name it defines (a name a line), of its lines."""

    context: str
    defines: str
    body: str


def fields_of(path: str, passage: Passage) -> Fields:
    """What is indexed of a passage: all of it but the questions it quotes, which would be the best match for themselves."""
    context = _context_terms(path, passage.context)
    return Fields(
        " ".join((context, *map(definition_term, passage.names))) if passage.names else context,
        "\n".join(map(analyse, passage.defines)),
        analyse(_QUOTED_QUESTION.sub(" ", passage.text) if "?" in passage.text else passage.text),
    )


@lru_cache(maxsize=64)
def _context_terms(path: str, context: tuple[str, ...]) -> str:
    """Shared by the passages of a section, which come one after the other."""
    terms = analyse(" ".join((path, *context)))
    return f"{terms} {IN_TEST}" if is_test(path) else terms


class Score(NamedTuple):
    """`matched` are the question's terms that the passage holds, themselves or by a related one."""

    value: float
    matched: frozenset[str]


def score(weights: Mapping[str, float], fields: Fields) -> Score:
    """Rank one passage. `weights` is in the order of `concepts.search_terms`; no term matched scores 0."""
    return score_for(Concepts(weights), fields)


def score_for(concepts: Concepts, fields: Fields) -> Score:
    """Rank one of many passages for the same question."""
    body = fields.body.split()
    context = set(fields.context.split())
    places = _places(concepts.terms, body)
    titled = concepts.terms & context
    if not places and not titled:
        return Score(0.0, frozenset())
    below = _frequent(concepts, places, SATURATION * (0.5 + 0.5 * len(body) / USUAL_TERMS))
    above = _held(concepts, titled)
    covered = _held(concepts, places)
    value = (
        sum(below.values())
        + ABOVE * sum(above.values())
        + COVERED * sum(max(covered.get(t, 0.0), COVERED_ABOVE * above.get(t, 0.0)) for t in covered.keys() | above)
        + TOGETHER * _together(concepts, places)
        + PASSING * sum(concepts.passing[term] for term in concepts.passing.keys() & body)
        + NEIGHBOURS * _neighbours(concepts.asked, places)
        + DEFINITION * _definition(concepts.asked, fields.defines)
    )
    if IN_TEST in context and "test" not in concepts.asked:
        value *= TEST_SHARE
    value *= _for_versions(concepts.asked, context)
    return Score(round(value, 6), concepts.meant_by(places.keys() | titled))


def _for_versions(asked: Iterable[str], context: Iterable[str]) -> float:
    """What a passage counts for the versions and dates in its path and headings, where the question names one."""
    wanted = [term for term in asked if _VERSION.fullmatch(term)]
    named = {term for term in context if _VERSION.fullmatch(term)} if wanted else set()
    if not named:
        return 1.0
    return max(_for_version(term, named) for term in wanted)


def _for_version(wanted: str, named: Collection[str]) -> float:
    if wanted not in named:
        return ANOTHER_VERSION
    later = any(term.startswith(f"{wanted}_") for term in named) and f"{wanted}_0" not in named
    return LATER_VERSION if later else 1.0


def _frequent(concepts: Concepts, places: Mapping[str, Sequence[int]], length: float) -> dict[str, float]:
    """What each term asked for counts by how often it stands here, itself or by a related one."""
    best: dict[str, float] = {}
    for term, at in places.items():
        often = len(at) * (1 + SATURATION) / (len(at) + length)
        for asked, weight in concepts.counts_for[term]:
            best[asked] = max(best.get(asked, 0.0), weight * often)
    return best


def _held(concepts: Concepts, terms: Iterable[str]) -> dict[str, float]:
    """What each term asked for counts by standing among `terms` (all of them terms of the question)."""
    best: dict[str, float] = {}
    for term in terms:
        for asked, weight in concepts.counts_for[term]:
            best[asked] = max(best.get(asked, 0.0), weight)
    return best


def _places(terms: Collection[str], body: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(body):
        if term in terms:
            places.setdefault(term, []).append(place)
    return places


def _together(concepts: Concepts, places: Mapping[str, Sequence[int]]) -> float:
    """The most that stands in one stretch."""
    ordered = sorted((place, term) for term, at in places.items() for place in at)
    best, first = 0.0, 0
    for last, (place, _) in enumerate(ordered):
        while place - ordered[first][0] >= STRETCH:
            first += 1
        if last + 1 == len(ordered) or ordered[last + 1][0] - ordered[first][0] >= STRETCH:  # it grows no further
            best = max(best, sum(_held(concepts, {term for _, term in ordered[first : last + 1]}).values()))
    return best


def _neighbours(weights: Mapping[str, float], places: Mapping[str, Sequence[int]]) -> float:
    """Neighbours in the question that stand near each other here."""
    return sum(
        min(weights[one], weights[other])
        for one, other in pairwise(weights)
        if one in places and other in places and _near(places[one], set(places[other]))
    )


def _near(places: Sequence[int], others: set[int]) -> bool:
    return any(place + distance in others for place in places for distance in range(-NEAR, NEAR + 1))


def _definition(weights: Mapping[str, float], defines: str) -> float:
    """The best bonus of a name defined here: the more of the name was asked for, the more its words count."""
    best = 0.0
    for name in defines.splitlines():
        terms = set(name.split())
        asked = terms & weights.keys()
        if asked:
            best = max(best, (len(asked) / len(terms)) ** 2 * sum(weights[term] for term in asked))
    return best
