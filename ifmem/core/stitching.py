"""A quote that stands nowhere as a whole: is it joined from pieces that do?

Pieces are runs of at least three words: of shorter ones any sentence could be made. A quote of which a single word stands in no
piece is not stitched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ifmem.core.folding import fold, occurrences

PIECE = 3  # words
MOST_WORDS = 400  # of a quote; a longer one is a document, and its first part tells
_LEFT_OUT = re.compile(r"\s*[\[(]?\.\.\.[\])]?\s*")


def is_stitched(quote: str, texts: Sequence[str]) -> bool:
    """Whether all of `quote` stands in the folded `texts` in two or more pieces, with or without `...` between them."""
    folded = fold(quote)
    return _is_joined([folded], texts) or _is_joined([part for part in _LEFT_OUT.split(folded) if part], texts)


def _is_joined(sections: Sequence[str], texts: Sequence[str]) -> bool:
    counts = [_pieces(section.split()[:MOST_WORDS], texts) for section in sections]
    return all(counts) and sum(counts) > 1


def _pieces(words: Sequence[str], texts: Sequence[str]) -> int:
    """In how many pieces the words stand in the texts; 0 if a word is in none. A piece may begin with words of the one before."""
    if len(words) < PIECE:
        return 0
    end = _longest(words, 0, texts)
    count = 1 if end >= PIECE else 0
    while count and end < len(words):
        reached = max(_longest(words, start, texts) for start in range(max(0, end - PIECE + 1), end + 1))
        if reached <= end:
            return 0
        end, count = reached, count + 1
    return count


def _longest(words: Sequence[str], start: int, texts: Sequence[str]) -> int:
    """Where the longest piece that begins at `start` ends; `start` if fewer than `PIECE` words stand together."""
    shortest, end = start + PIECE, start
    for text in texts:
        low, high = max(end, shortest - 1), len(words)
        while low < high:  # if a piece stands there, every shorter one does
            middle = (low + high + 1) // 2
            if _stands(" ".join(words[start:middle]), text):
                low = middle
            else:
                high = middle - 1
        end = max(end, low) if low >= shortest else end
    return end


def _stands(piece: str, text: str) -> bool:
    return next(occurrences(text, piece), None) is not None
