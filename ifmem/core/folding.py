"""Quoted text made comparable: white space and typography are folded, words are not.

Folded: runs of white space (line ends too), curly quotes, dashes, ligatures, the ellipsis character, soft hyphens and other marks
without width. Not folded: case, digits, identifiers, operators, punctuation and every word, since any of them can turn a statement
around. Compatibility normalisation (NFKC) would do some of this, and make 10² and 102 equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        "\u2026": "...",
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
    }
)


def fold(text: str) -> str:
    """Text with its typography made plain and runs of white space made one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY)
    return " ".join(text.split())


def occurrences(text: str, wanted: str) -> Iterator[int]:
    """Where `wanted`, which is not empty, stands in `text` as whole words. Both are folded."""
    at = text.find(wanted)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(wanted) : at + len(wanted) + 1]
        if not (_is_word(before) and _is_word(wanted[0])) and not (_is_word(after) and _is_word(wanted[-1])):
            yield at
        at = text.find(wanted, at + 1)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
