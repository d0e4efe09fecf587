"""Marks the sentences of an answer whose quotes do not stand in the loaded text. Nothing is taken out of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.verification import STITCHED

NOWHERE = " [unverified: the quoted text is not in the corpus]"
JOINED = " [unverified: the quoted text is joined from several places]"
# A line's end, or a full stop that neither belongs to a name or number nor, as in "e.g.", is followed by a small letter.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]`*_]*(?=\s+[^\sa-z]|\s*$)|[。！？]|[^\s](?=[ \t]*\n)|[^\s](?=\s*$)")


def marked(said: Iterable[str | Citation]) -> str:
    """The text of an answer, given as pieces of text each followed by the checked citations that support it.

    A mark stands after the sentence in or behind which its quote came; a sentence has each mark once.
    """
    text, marks = "", dict[tuple[int, str], None]()
    failed: list[tuple[int, str]] = []
    for one in said:
        if isinstance(one, str):
            text += one
        elif not stands(one):
            failed.append((len(text.rstrip()), JOINED if one.verification == STITCHED else NOWHERE))
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    for at, mark in failed:
        marks[next((end for end in ends if end >= at), len(text)), mark] = None
    return _with_marks(text, sorted(marks))


def _with_marks(text: str, marks: list[tuple[int, str]]) -> str:
    cuts = [0, *(at for at, _ in marks), len(text)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    return "".join(piece + mark for piece, mark in zip(pieces, [*(mark for _, mark in marks), ""], strict=True))
