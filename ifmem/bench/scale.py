"""How much a measurement takes on: everything, fewer samples with `--quick`, next to nothing in a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ifmem.errors import IfmemError


@dataclass(frozen=True)
class Scale:
    """`samples` and `size` are shares of what is written in each measurement. Targets hold for the full size only.

    `repository` is one whose commits are replayed; without it one is made.
    """

    samples: float = 1.0
    size: float = 1.0
    repository: Path | None = None

    def times(self, full: int, least: int = 1) -> int:
        """How many samples to take where `full` is the full number."""
        return max(least, round(full * self.samples))

    def sized(self, full: int) -> int:
        """How large to make what is `full` at full size."""
        return max(1, round(full * self.size))


FULL, QUICK = Scale(), Scale(samples=0.2)


class Skipped(IfmemError):
    """A measurement that cannot be made here, which is nobody's failure."""
