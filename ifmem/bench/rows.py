"""What a measurement yields: one row for each thing measured, with the median and 95th percentile of real samples."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ifmem.core.record import Record

ENOUGH_FOR_P95 = 5
MOST, LEAST = "at most", "at least"


@dataclass(frozen=True)
class Target:
    """What a row is meant to reach, by its median unless `of` says `ratio` (to its baseline)."""

    bound: str
    value: float
    of: str = "p50"

    def __str__(self) -> str:
        sign = "≤" if self.bound == MOST else "≥"
        return f"{sign} {self.value:,g}" + (" times" if self.of == "ratio" else "")

    def reached_by(self, value: float) -> bool:
        return value <= self.value if self.bound == MOST else value >= self.value


@dataclass(frozen=True)
class Row(Record):
    """`p95` is what 95 of 100 samples kept to: the slow end of a time, the low end of a rate. None where samples are too few.

    `baseline` names the row of the same run that it is compared with, `ratio` is its median over that one's.
    """

    what: str
    unit: str
    p50: float
    p95: float | None
    samples: int
    target: Target | None = None
    baseline: str = ""
    ratio: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None without one."""
        if self.target is None:
            return None
        value = self.ratio if self.target.of == "ratio" else self.p50
        return None if value is None else self.target.reached_by(value)

    def beside(self, baseline: Row) -> Row:
        """The row with its ratio to `baseline`, measured in the same run."""
        return replace(self, baseline=baseline.what, ratio=self.p50 / baseline.p50 if baseline.p50 else None)

    def as_object(self) -> dict[str, Any]:
        return {**self.to_dict(), "reached": self.reached}


def row(what: str, unit: str, samples: Sequence[float], target: Target | None = None, *, rate: bool = False) -> Row:
    """The row of these samples; `rate` says that more is better."""
    return Row(what, unit, statistics.median(samples), percentile(samples, rate=rate), len(samples), target)


def percentile(samples: Sequence[float], *, rate: bool = False) -> float | None:
    """The 95th percentile by nearest rank (for a rate the 5th); None for fewer samples than it takes to speak of one."""
    if len(samples) < ENOUGH_FOR_P95:
        return None
    ordered = sorted(samples, reverse=rate)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def at_most(value: float) -> Target:
    return Target(MOST, value)


def at_least(value: float) -> Target:
    return Target(LEAST, value)


def at_most_times(value: float) -> Target:
    """At most this many times the baseline."""
    return Target(MOST, value, of="ratio")
