"""Where a quote stands in a file's loaded text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from ifmem.core.documents import Document
from ifmem.core.folding import fold, occurrences

Lines = tuple[int, int]  # first and last line, 1-based and inclusive


@dataclass(frozen=True)
class Stretch:
    """Neighbouring lines of one file: a document, or parts of one that follow each other."""

    path: str
    first_line: int
    lines: tuple[str, ...]
    sha256: str

    @cached_property
    def folded(self) -> tuple[str, ...]:
        return tuple(map(fold, self.lines))

    @cached_property
    def text(self) -> str:
        """All of it folded, which is the folded lines joined by spaces, without blank ones."""
        return fold("\n".join(self.lines))

    def holds(self, quote: str, lines: Lines) -> bool:
        """Whether the quote starts in the first and ends in the last of these lines of the file."""
        start, end = (line - self.first_line for line in lines)
        if not 0 <= start <= end < len(self.lines):
            return False
        # The cited lines alone are folded: most citations are right, and a file may be long.
        cited, wanted = tuple(map(fold, self.lines[start : end + 1])), fold(quote)
        whole = " ".join(filter(None, cited)) == wanted
        return bool(wanted) and (whole or locate(cited, wanted) == (1, len(cited)))

    def find(self, quote: str, *, near: int) -> Lines | None:
        """The lines of the file at which the quote stands; of several places those nearest to line `near`."""
        wanted = fold(quote)
        if not wanted:
            return None
        before = self.first_line - 1
        places = [(self._line_at(at), self._line_at(at + len(wanted) - 1)) for at in occurrences(self.text, wanted)]
        start, end = min(places, key=lambda lines: abs(lines[0] + before - near), default=(0, 0))
        return (start + before, end + before) if places else None

    @cached_property
    def _line_at(self) -> Callable[[int], int]:
        """A function from an offset in `text` to a line, counted from 1."""
        numbers = [number for number, line in enumerate(self.folded, 1) if line]
        ends = list(accumulate(len(line) + 1 for line in self.folded if line))
        return lambda offset: numbers[bisect_right(ends, offset)]


def locate(lines: Sequence[str], quote: str, *, near: int = 1) -> Lines | None:
    """Where a quote stands in `lines`; of several places the one that starts nearest to `near`.

    A quote may start and end within a line, but not within a word.
    """
    return Stretch("", 1, tuple(lines), "").find(quote, near=near)


def stretches_of(documents: Iterable[Document]) -> list[Stretch]:
    """One file's loaded text: parts that follow each other are one, so that a quote may run across a cut."""
    stretches: list[Stretch] = []
    for document in sorted(documents, key=lambda document: document.first_line):
        lines = tuple(document.lines())
        last = stretches[-1] if stretches else None
        if last and last.sha256 == document.sha256 and last.first_line + len(last.lines) == document.first_line:
            stretches[-1] = replace(last, lines=last.lines + lines)
        else:
            stretches.append(Stretch(document.path, document.first_line, lines, document.sha256))
    return stretches
