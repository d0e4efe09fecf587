"""Questions that follow up on earlier ones: what such a question is searched by. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ifmem.core.queries import Turn
from ifmem.core.text import QUESTION_STOP_WORDS, question_words

SUBJECT_ENOUGH = 4  # words of its own: a question with as many is understood alone, whatever it points back to
_POINTS_BACK = re.compile(
    r"^\W*(?:and|but|so|or|then|also|why|how about|what about|what else)\b"
    r"|\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|the same|the other|the former|the latter)\b",
    re.IGNORECASE,
)


def leans_back(question: str) -> bool:
    """Whether a question cannot be searched for alone: it has no subject of its own, or points back and has little of one."""
    own = [word for word in question_words(question) if word.lower() not in QUESTION_STOP_WORDS]
    return not own or (len(own) < SUBJECT_ENOUGH and bool(_POINTS_BACK.search(question)))


def searchable(question: str, history: Sequence[Turn]) -> str:
    """What to search for: the question, behind the earlier ones it leans on."""
    asked = [question]
    for turn in reversed(history):
        if not leans_back(asked[0]):
            break
        asked.insert(0, turn.question)
    return "\n".join(asked)
