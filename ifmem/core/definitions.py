"""Which names a question asks the definition of, and the term that a definition is indexed and found by.

"Where is class X defined", "what does f return", "the signature of A.b": such a question is answered where the name is defined, and a
name that is used everywhere is found by no other term there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST = 2_000  # characters; a longer question is a pasted text, which says "where is" of much
_SIGN = "＝"  # no word of a text has it, so that no word is ever taken for a definition
_WIDE = {
    ord(sign): ord(sign) + 0xFEE0 for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"
}  # FTS5 folds or drops them when narrow
_LED_BY = "-#@$&*"  # `--quiet` is described as `quiet`, `#close` is called `close`

_KINDS = (
    r"(?:(?:data)?class|func|function|fn|def|method|constant|variable|exception|decorator|struct|enum|interface|trait|type|macro"
    r"|property|attribute|fixture|option|setting|flag|helper)"
)
_DESCRIBED_BY = r"(?:definition|declaration|signature|docstring|implementation)"
_NAME = (
    r"[`'\"*]{0,2}(?P<name>--?[A-Za-z][\w-]*|[#@$]?[A-Za-z_][\w$]*(?:(?:\.|::|\#)[A-Za-z_][\w$]*){0,5})"
    r"(?:\([^()\n]{0,200}\))?[`'\"*]{0,2}"
)
_OTHER = rf"(?:\s*(?:,|/|\band\b|\bor\b)\s*{_NAME.replace('<name>', '<other>')})?"
_ARTICLE = r"(?:the|a|an|our|its)\s+"
# "The debugger" is no name: what has an article is of a kind, or is written as no word is.
_PLAIN = rf"{_ARTICLE}(?!{_KINDS}\b)(?-i:[a-z]+)\b(?![.(:_]|\s+{_KINDS}\b)"
_NAMED = rf"(?!{_PLAIN})(?:{_ARTICLE})?(?:{_KINDS}\s+)?{_NAME}{_OTHER}(?:\s+{_KINDS}\b)?"
_WITHIN = r"(?:\s+(?:of|in|from|on|for)\s+(?:the\s+)?[`'\"]?(?P<owner>[\w.-]+)[`'\"]?(?:\s+class)?){0,2}"
_WHERE = (
    r"(?:\bwhere(?:'s|\s+is|\s+are|\s+can\s+i\s+find|\s+do\s+(?:we|they)\s+define)|\bhow\s+(?:is|are)"
    r"|\b(?:which|what)\s+(?:file|module|package|class|folder|line)s?\s+(?:is|are|does|do|contains?|holds?|has))"
)
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WHERE}\s+{_NAMED}{_WITHIN}"
        r"(?:\s+(?:defined|declared|implemented|located|documented|assigned|set|live|live\s+in|in))?(?=\s*(?:[?.!,;:]|$|and\b))",
        rf"\b(?:what|which|how)\b[^?.]{{0,40}}?\b(?:does|do|did|can|could|will|would|may)\s+{_NAMED}{_WITHIN}"
        r"\s+(?:do|return|raise|throw|take|accept|expect|mean|yield|give|compute|check|work|have|need)\b",
        rf"\b(?:{_DESCRIBED_BY}|arguments?|parameters?|return\s+(?:value|type))\s+(?:of|for)\s+{_NAMED}",
        rf"(?<![\w$-]){_NAMED}(?:'s)?\s+{_DESCRIBED_BY}\b",
        rf"\b(?:which|what|where)\b[^?]{{0,40}}\b(?:defines?|implements?|declares?)\s+{_NAMED}",
        rf"^\s*{_NAMED}\s*\??\s*$",
    )
)
_OF_THE_FRAME = re.compile(
    rf"(?<![\w.`-])(?:class|func|function|method|def|{_DESCRIBED_BY}|defines?|implements?|declared?|declares)(?![\w.`(])",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    rf"(?:{_KINDS}|{_DESCRIBED_BY}|an?|and|are|did|does|do|how|i|in|is|it|its|no|of|or|that|the|there|they|this|to|we|what|where|which"
    r"|you)",
    re.IGNORECASE,
)


class _Asked(NamedTuple):
    names: tuple[str, ...]
    subject: str


def names_asked_for(question: str) -> tuple[str, ...]:
    """The names whose definition is asked for, as written, alone and with what they belong to: `load` and `Schema.load`."""
    return _asked(question).names


def subject_of(question: str) -> str:
    """The question without the words that only say that a definition is asked for, and of what kind."""
    return _asked(question).subject


@lru_cache(maxsize=20_000)
def definition_term(name: str) -> str:
    """What the definition of a name is found by; the case of its letters counts."""
    return _SIGN + name.lstrip(_LED_BY).translate(_WIDE)


def is_definition(term: str) -> bool:
    return term.startswith(_SIGN)


@lru_cache(maxsize=64)
def _asked(question: str) -> _Asked:
    names: dict[str, None] = {}
    subject = question
    for frame in _FRAMES if len(question) <= LONGEST else ():
        for match in frame.finditer(question):
            found = [name for name in (match["name"], match["other"]) if name and not _NO_NAME.fullmatch(name)]
            owner = match.groupdict().get("owner") or ""
            names.update((spelling, None) for name in found for spelling in _spellings(name, owner))
            framed = match[0] if found else ""
            subject = subject.replace(framed, _OF_THE_FRAME.sub(" ", framed))
    return _Asked(tuple(names), subject)


def _spellings(name: str, owner: str) -> Iterator[str]:
    """The name alone, and after what it belongs to."""
    *before, last = re.split(r"\.|::|(?<=\w)#", f"{owner}.{name}" if owner else name)
    yield last
    if before and before[-1]:
        yield f"{before[-1]}.{last}"
