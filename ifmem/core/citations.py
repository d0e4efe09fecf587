"""Is it really there? Every quote is looked up in the loaded text before anyone sees it.

White space and typography (curly quotes, dashes, ligatures) may differ: models retype them. Words may not.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ifmem.core.records import Citation, Document

VERIFIED, MOVED, NOT_FOUND = "verified", "moved", "not found"

# Compatibility normalisation (NFKC) would do some of this, and make 10² and 102 equal.
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


@dataclass(frozen=True)
class Stretch:
    """Neighbouring lines of one file: a document, or parts of one that follow each other."""

    first_line: int
    lines: tuple[str, ...]
    sha256: str

    def cited(self, citation: Citation) -> tuple[str, ...]:
        start = citation.start_line - self.first_line
        return self.lines[start : start + citation.end_line - citation.start_line + 1] if start >= 0 else ()


def verify(citation: Citation, documents: Iterable[Document]) -> Citation:
    """The citation with its verification, lines and sha256 settled against the documents that have its path.

    `verified`: the quote stands at these lines. `moved`: it stands elsewhere (the lines are repaired; of several places the
    nearest) or at fewer lines. `not found`: it does not, or nothing is quoted. The quote itself is never changed.
    """
    stretches = _stretches(document for document in documents if document.path == citation.path)
    for stretch in stretches:
        if _stands_at_its_lines(citation, stretch):
            return replace(citation, verification=VERIFIED, sha256=stretch.sha256)
    moved = [place for stretch in stretches if (place := _elsewhere(citation, stretch))]
    nearest = min(moved, key=lambda place: abs(place.start_line - citation.start_line), default=None)
    sha256 = stretches[0].sha256 if stretches else ""
    return nearest or replace(citation, verification=NOT_FOUND, sha256=sha256)


def locate(lines: Sequence[str], quote: str, *, near: int = 1) -> tuple[int, int] | None:
    """Where a quote stands: its first and last line, 1-based; of several places the one that starts nearest to `near`.

    A quote may start and end within a line, but not within a word.
    """
    wanted = fold(quote)
    if not wanted:
        return None
    folded = [fold(line) for line in lines]
    line_at = _line_finder(folded)
    text = " ".join(filter(None, folded))
    places = ((line_at(at), line_at(at + len(wanted) - 1)) for at in _occurrences(text, wanted))
    return min(places, key=lambda place: abs(place[0] - near), default=None)


def fold(text: str) -> str:
    """Text with its typography made plain and runs of white space made one space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY).split())


def _stretches(documents: Iterable[Document]) -> list[Stretch]:
    """A file's loaded text: parts that follow each other are one, so that a quote may run across a cut."""
    stretches: list[Stretch] = []
    for document in sorted(documents, key=lambda document: document.first_line):
        lines = tuple(document.lines())
        last = stretches[-1] if stretches else None
        if last and last.sha256 == document.sha256 and last.first_line + len(last.lines) == document.first_line:
            stretches[-1] = replace(last, lines=last.lines + lines)
        else:
            stretches.append(Stretch(document.first_line, lines, document.sha256))
    return stretches


def _stands_at_its_lines(citation: Citation, stretch: Stretch) -> bool:
    cited, count = stretch.cited(citation), citation.end_line - citation.start_line + 1
    if len(cited) != count or not fold(citation.quote):
        return False
    return fold("\n".join(cited)) == fold(citation.quote) or locate(cited, citation.quote) == (1, count)


def _elsewhere(citation: Citation, stretch: Stretch) -> Citation | None:
    offset = stretch.first_line - 1
    place = locate(stretch.lines, citation.quote, near=citation.start_line - offset)
    if place is None:
        return None
    start, end = place[0] + offset, place[1] + offset
    return replace(citation, verification=MOVED, start_line=start, end_line=end, sha256=stretch.sha256)


def _line_finder(folded: Sequence[str]) -> Callable[[int], int]:
    """A function from an offset in the folded lines, joined by spaces without the blank ones, to a line, 1-based."""
    numbers = [number for number, line in enumerate(folded, 1) if line]
    ends = list(accumulate(len(line) + 1 for line in folded if line))
    return lambda offset: numbers[bisect_right(ends, offset)]


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    """Where `wanted` stands in `text` as whole words."""
    at = text.find(wanted)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(wanted) : at + len(wanted) + 1]
        if not (_is_word(before) and _is_word(wanted[0])) and not (_is_word(after) and _is_word(wanted[-1])):
            yield at
        at = text.find(wanted, at + 1)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
