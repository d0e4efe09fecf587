"""What kind of place a question asks for, program, prose, history or the list of files, and what passages of another kind count for it.

Most questions do not say. Those are rather answered in prose: a program and a change log are full of words that a question has too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ifmem.core.passages import Hit

CODE, PROSE, HISTORY, LISTING, TESTS = "code", "prose", "history", "listing", "tests"
# What each counts where nothing in the question points to it.
NOT_ASKED_FOR = {CODE: 0.92, PROSE: 1.0, HISTORY: 0.88, LISTING: 0.5}
ANOTHER_NAMED = 0.85  # the same, times this, where the question names another kind
# The same in a part of a compound question that names another kind: the other part may be about this one.
ANOTHER_PART = 0.6

_CODE = re.compile(r"\.(?:pyi?|jsx?|tsx?|go|rs|c|h|cc|cpp|hpp|java|kt|rb|php|cs|swift|scala|sh|lua|sql)$")
_HISTORY = re.compile(
    r"^git:|(?:^|/)(?:changes|changelog|history|news|releases?|whatsnew)(?:[-_.\d][^/]*)?(?:$|/)", re.IGNORECASE
)
_POINTS_TO = {
    CODE: r"\b(?:where(?!\s+can)|code|implement\w*|defined|declared|function|method|class|module|raise[sd]?)\b|\w\(\)|\w_\w",
    PROSE: r"\b(?:docs?|documentation|documented|manual|guide|readme|tutorial|handbook|faq|quickstart)\b",
    HISTORY: r"\b(?:releases?|versions?|changelog|changed|added|introduced|removed|deprecated|dropped|fixed|renamed|since"
    r"|commit(?:s|ted)?|longer|when)\b|\d\.\d|\d{4}-\d\d",
    LISTING: r"\b(?:files?|folders?|director(?:y|ies)|paths?|layout|tree)\b",
}
_NAMES = {
    CODE: r"\b(?:(?:the|which|what)\s+(?:source\s+)?code|implement\w*|defined|declared|which\s+(?:function|method|class|module))\b"
    r"|\bwhere\s+(?:is|are|does|do)\b[^?]{0,80}(?:\w_\w|\w\(\)|\b(?:class|function|method|called|set|made|read|raised|parsed|computed)\b)",
    PROSE: _POINTS_TO[PROSE],
    HISTORY: r"\b(?:release\s+notes?|changelog|history|(?:which|what)\s+(?:release|version|commit)|when\s+(?:was|were|did))\b",
}
_NAMES_TESTS = re.compile(
    r"\b(?:which|what)\s+(?:unit\s+)?tests?\b|\btests?\s+(?:for|of|(?:cover|check|verif|exercis|prov|assert)\w*)\b|\btested\b",
    re.IGNORECASE,
)
_ASKS_WHERE = re.compile(r"^\W*where\s+(?:is|are|was|were|does|do|did)\b", re.IGNORECASE)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|spec|__tests__)/|(?:^|/)(?:test_[^/]*|conftest)\.py$|[._](?:test|spec)\.\w+$"
)
_Patterns = Mapping[str, re.Pattern[str]]
_POINTING: _Patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _POINTS_TO.items()}
_NAMING: _Patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _NAMES.items()}


def kind_of(path: str) -> str:
    if path == "tree":
        return LISTING
    if _HISTORY.search(path):
        return HISTORY
    return CODE if _CODE.search(path) else PROSE


def is_test(path: str) -> bool:
    return bool(_TEST.search(path))


def is_of(path: str, kind: str) -> bool:
    """Whether a place is of that kind; a test is a program too."""
    return is_test(path) if kind == TESTS else kind_of(path) == kind


def kind_named(question: str) -> str:
    """The kind of place that a question names, the last if several; empty if it names none."""
    named = {kind: match.end() for kind, pattern in _NAMING.items() for match in pattern.finditer(question)}
    return max(named, key=named.__getitem__, default="")


def kinds_named(question: str) -> tuple[str, ...]:
    """The kinds of places that a question names."""
    tests = (TESTS,) if _NAMES_TESTS.search(question) else ()
    return (*(kind for kind, pattern in _NAMING.items() if pattern.search(question)), *tests)


def kind_of_part(part: str) -> str:
    """The kind of place that a part of a compound question asks for; empty if it does not say."""
    if _NAMES_TESTS.search(part):
        return TESTS
    return kind_named(part) or (CODE if _ASKS_WHERE.search(part) else "")


def suited(hits: Iterable[Hit], question: str, kind: str = "") -> list[Hit]:
    """The hits, best first, by how well their kind suits the question; `kind`: as a part of a compound question it asks for that one."""
    counts = _counts(question)
    weighed = []
    for hit in hits:
        count = (1.0 if is_of(hit.path, kind) else ANOTHER_PART) if kind else counts[kind_of(hit.path)]
        weighed.append(hit._replace(score=hit.score * count))
    return sorted(weighed, key=lambda hit: (-hit.score, hit.path, hit.start_line))


def _counts(question: str) -> Mapping[str, float]:
    named = kind_named(question)
    counts = {kind: 1.0 if _POINTING[kind].search(question) else count for kind, count in NOT_ASKED_FOR.items()}
    return (
        {kind: count if kind == named else ANOTHER_NAMED * count for kind, count in counts.items()} if named else counts
    )
