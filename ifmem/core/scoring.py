"""How well a passage answers a question, from the question's corpus-wide term weights alone.

The same passage gets the same score whatever index holds it, so the best of several shards can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ifmem.core.passages import Passage
from ifmem.core.text import analyse

USUAL_TERMS = 50  # in a passage; a longer one has to say a term more often for the same score
SATURATION = 0.8
CONTEXT_SHARE = 0.5  # what a term in the path or heading counts beside one in the lines
DEFINITION_BONUS = 1.0
PROXIMITY_BONUS = 0.3
NEAR = 4  # terms
_QUOTED_QUESTION = re.compile(r"[\"'`“][^\"'`“”\n]{12,300}\?[\"'`”]")
TEST_SHARE = 0.75  # what a test's passage counts when tests were not asked for


class Fields(NamedTuple):
    """A passage as terms separated by spaces: of its path and context, of each name it defines (a name a line), of its lines."""

    context: str
    defines: str
    body: str


def fields_of(path: str, passage: Passage) -> Fields:
    """What is indexed of a passage: all of it but the questions it quotes, which would be the best match for themselves."""
    return Fields(
        analyse(" ".join((path, *passage.context))),
        "\n".join(map(analyse, passage.defines)),
        analyse(_QUOTED_QUESTION.sub(" ", passage.text)),
    )


class Score(NamedTuple):
    value: float
    matched: tuple[str, ...]


def score(weights: Mapping[str, float], fields: Fields) -> Score:
    """Rank one passage. `weights` is in the order of the question; no term matched scores 0."""
    body = fields.body.split()
    context = set(fields.context.split())
    places = _places(weights, body)
    matched = tuple(term for term in weights if term in places or term in context)
    if not matched:
        return Score(0.0, ())
    length = SATURATION * (0.5 + 0.5 * len(body) / USUAL_TERMS)
    value = covered = 0.0
    for term in matched:
        weight, times = weights[term], len(places.get(term, ()))
        value += weight * times * (1 + SATURATION) / (times + length)
        value += weight * CONTEXT_SHARE if term in context else 0.0
        covered += weight if times else weight * CONTEXT_SHARE
    value += _closeness(weights, places) + _definition(weights, fields.defines)
    if "test" in context and "test" not in weights:
        value *= TEST_SHARE
    return Score(value * (0.4 + 0.6 * covered / sum(weights.values())), matched)


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
