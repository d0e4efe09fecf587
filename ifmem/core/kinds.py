"""What kind of place a question asks for, program, prose, history or the list of files, and what passages of another kind count for it.

Most questions do not say. Those are rather answered in prose: a program and a change log are full of words that a question has too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ifmem.core.passages import Hit

CODE, PROSE, HISTORY, LISTING = "code", "prose", "history", "listing"
# What each counts where nothing in the question points to it.
NOT_ASKED_FOR = {CODE: 0.92, PROSE: 1.0, HISTORY: 0.88, LISTING: 0.5}
ANOTHER_NAMED = 0.85  # the same, times this, where the question names another kind
# The same in a part of a compound question that names another kind: the other part may be about this one.
ANOTHER_PART = 0.7

_CODE = re.compile(r"\.(?:pyi?|jsx?|tsx?|go|rs|c|h|cc|cpp|hpp|java|kt|rb|php|cs|swift|scala|sh|lua|sql)$")
_HISTORY = re.compile(
    r"^git:|(?:^|/)(?:changes|changelog|history|news|releases?|whatsnew)(?:[-_.\d][^/]*)?(?:$|/)", re.IGNORECASE
)
_POINTS_TO = {
    CODE: r"\b(?:where(?!\s+can)|code|implement\w*|defined|declared|function|method|class|module|raise[sd]?)\b|\w\(\)|\w_\w",
    PROSE: r"\b(?:docs?|documentation|documented|manual|guide|readme|tutorial|handbook)\b",
    HISTORY: r"\b(?:releases?|versions?|changelog|changed|added|introduced|removed|deprecated|dropped|fixed|renamed|since"
    r"|commit(?:s|ted)?|longer|when)\b|\d\.\d|\d{4}-\d\d",
    LISTING: r"\b(?:files?|folders?|director(?:y|ies)|paths?|layout|tree)\b",
}
_NAMES = {
    CODE: r"\b(?:the\s+(?:source\s+)?code|implement\w*|defined|declared|which\s+(?:function|method|class|module))\b"
    r"|\bwhere\s+(?:is|are|does|do)\b[^?]{0,80}(?:\w_\w|\w\(\)|\b(?:class|function|method|called|set|made|read|raised|parsed|computed)\b)",
    PROSE: _POINTS_TO[PROSE],
    HISTORY: r"\b(?:release\s+notes?|changelog|history|(?:which|what)\s+(?:release|version|commit)|when\s+(?:was|were|did))\b",
}
_Patterns = Mapping[str, re.Pattern[str]]
_POINTING: _Patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _POINTS_TO.items()}
_NAMING: _Patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _NAMES.items()}


def kind_of(path: str) -> str:
    if path == "tree":
        return LISTING
    if _HISTORY.search(path):
        return HISTORY
    return CODE if _CODE.search(path) else PROSE


def kind_named(question: str) -> str:
    """The kind of place that a question names, the last if several; empty if it names none."""
    named = {kind: match.end() for kind, pattern in _NAMING.items() for match in pattern.finditer(question)}
    return max(named, key=named.__getitem__, default="")


def suited(hits: Iterable[Hit], question: str, *, of_several: bool = False) -> list[Hit]:
    """The hits, best first, by how well their kind suits the question; `of_several`: it is one part of a compound question."""
    counts = _counts(question, of_several)
    weighed = [hit._replace(score=hit.score * counts[kind_of(hit.path)]) for hit in hits]
    return sorted(weighed, key=lambda hit: (-hit.score, hit.path, hit.start_line))


def _counts(question: str, of_several: bool) -> Mapping[str, float]:
    named = kind_named(question)
    if named and of_several:
        return {kind: 1.0 if kind == named else ANOTHER_PART for kind in NOT_ASKED_FOR}
    counts = {kind: 1.0 if _POINTING[kind].search(question) else count for kind, count in NOT_ASKED_FOR.items()}
    return (
        {kind: count if kind == named else ANOTHER_NAMED * count for kind, count in counts.items()} if named else counts
    )
