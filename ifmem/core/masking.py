"""Masks secrets in text that is about to be stored: what a secret was stays readable, its value does not. Pure.

Only values are replaced, so that JSON stays JSON and code stays code. What a secret looks like is known to the detectors of
`core.secret_detectors`, and to `core.secret_patterns` for the kinds that those lack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ifmem.core import secret_patterns as looks
from ifmem.core.secret_detectors import secrets_in

MASK = "[masked]"
PLAIN = (looks.PRIVATE_KEY, looks.PUTTY_KEY, looks.IN_ADDRESS, looks.PREFIXED)
SHORTEST_QUOTED, SHORTEST_BARE = 4, 6
PLACEHOLDER = re.compile(
    r"(?i)[.*x•…_-]{3,}|#[0-9a-f]{3,8}|\$.*|<.*>|%.*|\{.*\}|your[ _-].*|example.*|change[ _-]?me|.*\[masked\].*"
)
CODE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
STAND_IN = re.compile(r"(?i)\[*(?:pass(?:word|wd)?|pwd|secret)\]*")
A_WORD = re.compile(r"[A-Z]?[a-z]+[.:,;!?]?")
NAMED = re.compile(rf"(?i){'|'.join(looks.NAMES)}|secret|key")
WORDS = frozenset(
    "bytes default disabled empty enabled expired false filter hidden invalid missing needed nobody nothing object optional"
    " refused required reset str string true undefined unknown wrong".split()
)


class Masked(NamedTuple):
    """`secrets` is how many values were replaced."""

    text: str
    secrets: int


def mask(text: str, plain: Sequence[re.Pattern[str]] = PLAIN) -> Masked:
    """The text without the secrets in it. Takes time linear in its length."""
    before = text.count(MASK)
    text = _without_detected(text)
    for pattern in plain:
        text = pattern.sub(_in_address if pattern is looks.IN_ADDRESS else _without_secret, text)
    text = looks.HEADER.sub(_header, text)
    text = looks.ASSIGNED.sub(_assignment, text)
    return Masked(text, text.count(MASK) - before)


def _without_detected(text: str) -> str:
    pieces, at = [], 0
    for start, end in secrets_in(text):
        pieces += [text[at:start], MASK]
        at = end
    return "".join([*pieces, text[at:]])


def _without_secret(found: re.Match[str]) -> str:
    start, end = found.span("secret")
    return f"{found[0][: start - found.start()]}{MASK}{found[0][end - found.start() :]}"


def _in_address(found: re.Match[str]) -> str:
    value = found["secret"]  # "postgres://user:password@host" tells nothing
    return found[0] if STAND_IN.fullmatch(value) or PLACEHOLDER.fullmatch(value) else _without_secret(found)


def _header(found: re.Match[str]) -> str:
    value = found["secret"]
    if not re.search(r"[A-Z0-9]", value) or PLACEHOLDER.fullmatch(value) or A_WORD.fullmatch(value):
        return found[0]  # "bearer authentication-middleware", "HTTP Basic Authentication."
    return _without_secret(found)


def _assignment(found: re.Match[str]) -> str:
    value = found["quoted"] or found["bare"]
    if PLACEHOLDER.fullmatch(value) or not (_quoted(value) if found["quoted"] else _bare(found)):
        return found[0]
    quote = (found["name_ends"] or "") if found["bare"] else ""  # {"pin": 123456} must stay JSON
    return f"{found[0][: -len(value)]}{quote}{MASK}{quote}"


def _quoted(value: str) -> bool:
    return len(value) >= SHORTEST_QUOTED


def _bare(found: re.Match[str]) -> bool:
    """Whether a value without quotes could be a secret, and is no code, no type and no prose."""
    value, after = found["bare"], found.string[found.end() : found.end() + 1]
    if len(value) < SHORTEST_BARE or value.startswith(("http://", "https://")) or after in ("(", "[", "{"):
        return False
    if CODE.fullmatch(value) or value.strip(".:!?").lower() in WORDS or (value.isalpha() and _is_token(found)):
        return False
    if re.search(r"[^A-Za-z_.\-:!?]", value):
        return True
    spaced = found["sign"].strip() != found["sign"]
    return not NAMED.search(value) and (_stands_alone(found) if spaced or ":" in found["sign"] else True)


def _is_token(found: re.Match[str]) -> bool:
    """Tokens are made by machines: `token = Comment` is none, as `password = swordfish` is one."""
    return found[0][:5].lower() == "token"


def _stands_alone(found: re.Match[str]) -> bool:
    """`password: swordfish` as a line of its own, as in a configuration file."""
    line_start = found.string.rfind("\n", 0, found.start()) + 1
    before = found.string[line_start : found.start()][-64:]
    after = found.string[found.end() : found.end() + 64].split("\n", 1)[0]
    return not after.strip() and re.fullmatch(r"[ \t\-]{0,64}[\w.\-]{0,64}", before) is not None
