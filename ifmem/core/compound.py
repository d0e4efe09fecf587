"""Compound questions: the questions that one is made of, and the kind of place that each of them asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ifmem.core.concepts import Concepts, search_terms
from ifmem.core.kinds import kind_of_part, kinds_named
from ifmem.core.text import QUESTION_STOP_WORDS, question_words

MOST_PARTS = 3
COMPOUND_CHARACTERS = 2_000  # a longer question is a pasted text, not several questions
LIGHT = 0.5  # of a question's weight
BESIDE = 0.5  # what the other parts' terms weigh together beside a light part's own: they mostly share a subject
_NEXT_QUESTION = re.compile(
    r"\?\s{1,3}(?=\w)"
    r"|(?:;|[,;]?\s{1,3}and)\s{1,3}(?=(?:what|where|when|who|whom|whose|which|why|how|does|do|did|is|are|was|were|can)\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their)\b", re.IGNORECASE)  # its subject is the first part's
_IDENTIFIER = re.compile(r"\b\w+_\w+\b|\b\w*[a-z][A-Z]\w*\b")  # what "it" is, where a part names one


class Part(NamedTuple):
    """One of the questions. `kind` is the kind of place that it asks for, empty if it does not say or is the only one."""

    text: str
    kind: str = ""


def parts_of(question: str) -> tuple[Part, ...]:
    """The questions that a compound question is made of, if each has a subject of its own; else the question as it is.

    One that asks for two kinds of places about one subject ("how is it documented and tested") is asked once for each.
    """
    texts = _texts(question) if len(question) <= COMPOUND_CHARACTERS else ()
    if len(texts) > 1:
        return tuple(Part(text, kind_of_part(own)) for text, own in texts)
    kinds = kinds_named(question) if texts else ()
    return tuple(Part(question, kind) for kind in kinds) if 1 < len(kinds) <= MOST_PARTS else (Part(question),)


def _texts(question: str) -> tuple[tuple[str, str], ...]:
    """Each part with its subject, and as it was asked."""
    parts = [part for part in _NEXT_QUESTION.split(question) if part.strip()]
    if not 1 < len(parts) <= MOST_PARTS or not all(map(_is_question, parts)):
        return ((question, question),)
    subject = " ".join(_IDENTIFIER.findall(parts[0])) or parts[0]
    whole = (parts[0], *(f"{subject} {part}" if _POINTS_BACK.search(part) else part for part in parts[1:]))
    return tuple(zip(whole, parts, strict=True))


def _is_question(part: str) -> bool:
    """Whether it has a subject of its own, or asks for another kind of place about the first part's: "and how is it documented"."""
    own = any(word.lower() not in QUESTION_STOP_WORDS for word in question_words(part))
    return own or bool(_POINTS_BACK.search(part) and kinds_named(part))


def narrowed(weights: Mapping[str, float], part: str) -> dict[str, float]:
    """The weights of one part of a question, raised so that what its passages score compares with the other parts' scores.

    A light part that names no identifier has little of a subject ("where are the nested ones registered"): the other parts' terms
    count for it too, but less.
    """
    own = {term: weights[term] for term in search_terms(part) if term in weights}
    whole = Concepts(weights)
    share = Concepts(own).weight / (whole.weight or 1.0)
    if not share:
        return own
    if share < LIGHT and not _IDENTIFIER.search(part):
        beside = BESIDE * share / (1 - share)
        own = {t: w if t in own else beside * w for t, w in weights.items() if t in own or t not in whole.passing}
    return {term: weight / share for term, weight in own.items()}
