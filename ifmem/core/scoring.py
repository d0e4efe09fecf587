"""How well a passage answers a question, from the question's corpus-wide term weights alone.

The same passage gets the same score whatever index holds it, so the best of several shards can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ifmem.core.concepts import Concepts
from ifmem.core.passages import Passage
from ifmem.core.text import analyse

USUAL_TERMS = 50  # in a passage; a longer one has to say a term more often for the same score
SATURATION = 0.8
CONTEXT_SHARE = 0.5  # what a term in the path or heading counts beside one in the lines
DEFINITION_BONUS = 1.0
PROXIMITY_BONUS = 0.3
NEAR = 4  # terms
_QUOTED_QUESTION = re.compile(r"[\"'`“][^\"'`“”\n]{12,300}\?[\"'`”]")
UNCOVERED = 0.6  # what a score is worth with none of the question covered; all of it: 1
TEST_SHARE = 0.5  # what a test's passage counts when tests were not asked for
IN_TEST = "_test_"  # in the context of a test's passages; no word is analysed to it
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|spec|__tests__)/|(?:^|/)(?:test_[^/]*|conftest)\.py$|[._](?:test|spec)\.\w+$"
)


class Fields(NamedTuple):
    """A passage as terms separated by spaces: of its path and context, of each name it defines (a name a line), of its lines."""

    context: str
    defines: str
    body: str


def fields_of(path: str, passage: Passage) -> Fields:
    """What is indexed of a passage: all of it but the questions it quotes, which would be the best match for themselves."""
    return Fields(
        _context_terms(path, passage.context),
        "\n".join(map(analyse, passage.defines)),
        analyse(_QUOTED_QUESTION.sub(" ", passage.text) if "?" in passage.text else passage.text),
    )


@lru_cache(maxsize=64)
def _context_terms(path: str, context: tuple[str, ...]) -> str:
    """Shared by the passages of a section, which come one after the other."""
    terms = analyse(" ".join((path, *context)))
    return f"{terms} {IN_TEST}" if _TEST.search(path) else terms


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
    length = SATURATION * (0.5 + 0.5 * len(body) / USUAL_TERMS)
    best, most = dict[str, float](), dict[str, float]()
    present = concepts.terms & (places.keys() | context)
    for term in present:
        times = len(places.get(term, ()))
        for asked, weight in concepts.counts_for[term]:
            above = CONTEXT_SHARE * weight if term in context else 0.0
            best[asked] = max(best.get(asked, 0.0), weight * times * (1 + SATURATION) / (times + length) + above)
            most[asked] = max(most.get(asked, 0.0), weight if times else above)
    if not best:
        return Score(0.0, frozenset())
    value, covered = sum(best.values()), sum(most.values())
    value += _closeness(concepts.asked, places) + _definition(concepts.asked, fields.defines)
    if IN_TEST in context and "test" not in concepts.asked:
        value *= TEST_SHARE
    return Score(
        value * (UNCOVERED + (1 - UNCOVERED) * covered / concepts.weight),
        concepts.meant_by(present),
    )


def _places(terms: Collection[str], body: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(body):
        if term in terms:
            places.setdefault(term, []).append(place)
    return places


def _closeness(weights: Mapping[str, float], places: Mapping[str, Sequence[int]]) -> float:
    """Neighbours in the question that stand near each other here."""
    near = (
        min(weights[one], weights[other])
        for one, other in pairwise(weights)
        if one in places and other in places and _near(places[one], set(places[other]))
    )
    return PROXIMITY_BONUS * sum(near)


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
    return DEFINITION_BONUS * best
