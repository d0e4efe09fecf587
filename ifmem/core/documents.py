"""Texts of the corpus, and places in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.record import Record


@dataclass(frozen=True)
class Document(Record):
    """One text of the corpus.

    `sha256` is of the source's bytes as they stand on disk (of the UTF-8 text for command output), so that anyone can check it with
    sha256sum. A file too large for one page is cut at line ends into `parts`; `first_line` is then the part's first
    line in the file (1-based). `masked` counts the secrets that `text` is without; the lines are those of the source.
    """

    path: str
    text: str
    sha256: str
    first_line: int = 1
    part: int = 1
    parts: int = 1
    masked: int = 0

    def lines(self) -> list[str]:
        """Lines without their ends. Only line feeds end a line, as in editors and git."""
        return self.text.removesuffix("\n").split("\n") if self.text else []


@dataclass(frozen=True)
class Spot(Record):
    """Lines of a file, 1-based and inclusive."""

    path: str
    start_line: int
    end_line: int

    @property
    def place(self) -> str:
        """`path:12-19`, as editors and the specification write it."""
        lines = f"{self.start_line}" if self.start_line == self.end_line else f"{self.start_line}-{self.end_line}"
        return f"{self.path}:{lines}"


@dataclass(frozen=True)
class Citation(Spot):
    """A place in the corpus and what stands there. Lines are 1-based and inclusive, of the file and not of the page.

    `verification` is a class of `core.citations`, `not found` as long as nobody looked. `also` are other places that say the same, or
    nearly so.
    """

    quote: str
    sha256: str = ""
    shard: str = ""
    verification: str = "not found"
    score: float = 0.0
    also: tuple[Spot, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({**values, "also": tuple(Spot.from_dict(spot) for spot in values.get("also") or ())})
