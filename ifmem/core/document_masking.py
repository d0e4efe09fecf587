"""Masks secrets in documents, so that every line stays where it is: citations of masked text are still right. Pure.

The same kinds as in messages (`core.masking`), but only where a line has a hint of one: most of a corpus has none. Names and addresses
are looked for at the speed of `str.find`, tokens among long words. What follows a private key's first line is masked only if it looks
like a key: source code that handles keys is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ifmem.core.documents import Document
from ifmem.core.masking import MASK, PLAIN, Masked, mask
from ifmem.core.secret_detectors import BEGINS
from ifmem.core.secret_patterns import PREFIXES, PRIVATE_KEY, PUTTY_KEY

FORMAT = 2  # raised when the same text would be masked in another way
KEY = re.compile(
    r"(?P<head>-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----)"
    r"(?P<secret>(?:(?!-----)[A-Za-z0-9+/=\s\\\"',:\-.#*>|]){24,20000}+(?=-----END )"  # to its end
    r"|(?:[\s>#*|\"']{0,64}[A-Za-z0-9+/=]{24,512}+[\\nr\"',+ \t]{0,16}){1,400}+)"  # cut off: as long as lines are of a key
)
KEYS = {"-----BEGIN ": KEY, "Private-Lines: ": PUTTY_KEY}  # by what is looked for first
KEY_MATERIAL = re.compile(r"[A-Za-z0-9+/=]{24}")
_ANY_CASE = ("pass", "pwd", "secret", "key", "token", "bearer ", "bearer\t", "basic ", "basic\t")
SHORT = ("AKIA", "ASIA", "glpat-")  # tokens so short that one in thirty has no digit
HINTS = (
    *dict.fromkeys(form for hint in _ANY_CASE for form in (hint, hint.upper(), hint.capitalize())),
    *("://", "contrase", "softlayer", *SHORT),
)
LONG_WORD = re.compile(r"[A-Za-z0-9][\w\-.+/=:~]{15,}+", re.ASCII)
DIGIT = re.compile("[0-9]")
TOKEN = re.compile(f"{BEGINS.pattern}|(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, PREFIXES))})")
ON_ONE_LINE = tuple(pattern for pattern in PLAIN if pattern not in (PRIVATE_KEY, PUTTY_KEY))


def mask_document(document: Document) -> Document:
    """The document without the secrets in it; `masked` counts them. Its `sha256` stays that of the source."""
    text, secrets = mask_lines(document.text)
    return replace(document, text=text, masked=secrets) if secrets else document


def mask_lines(text: str) -> Masked:
    """The text without the secrets in it, with as many lines as before."""
    pieces, at, secrets = [], 0, 0
    for hint, key in KEYS.items():
        if hint in text:
            before = text.count(MASK)
            text = key.sub(_without_key, text)
            secrets += text.count(MASK) - before
    for start, end in _hinted_lines(text):
        masked = mask(text[start:end], ON_ONE_LINE)
        if masked.secrets:
            pieces += [text[at:start], masked.text]
            at = end
            secrets += masked.secrets
    return Masked("".join([*pieces, text[at:]]), secrets)


def _without_key(found: re.Match[str]) -> str:
    if not KEY_MATERIAL.search(found["secret"]):
        return found[0]
    return found["head"] + MASK + "\n" * found["secret"].count("\n")


def _hinted_lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line with a hint, in order."""
    lines: dict[int, int] = {}
    for hint in HINTS:
        at = text.find(hint)
        while at >= 0:
            at = text.find(hint, _note_line(lines, text, at))
    for word in LONG_WORD.finditer(text):
        if DIGIT.search(text, *word.span()) and TOKEN.search(text, *word.span()):
            _note_line(lines, text, word.start())
    yield from sorted(lines.items())


def _note_line(lines: dict[int, int], text: str, at: int) -> int:
    """Add the line at this place; returns its end."""
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return lines.setdefault(start, end if end >= 0 else len(text))
