"""The report of a run: for each fault how often and how soon, for the whole what must never happen and how often it did."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ifmem.bench.rows import percentile
from ifmem.chaos.faults import FAULTS
from ifmem.chaos.measures import Measured
from ifmem.core.record import Record

# What is counted, and what may never be other than 0.
INVARIANTS = {
    "lost": "questions whose askers got neither an answer nor a reason",
    "late": "askers told later than their deadline and the grace",
    "answered_twice": "questions with two answers",
    "archive_differs": "answers that are not in the archive as they were given",
    "left_in_lists": "questions still in a queue or claimed by nobody alive",
    "wrongly_restarted": "healthy processes restarted",
    "not_replaced": "processes that stood still and were not replaced",
    "orphans": "processes left behind",
    "dead_accepted": "messages of dead incarnations accepted",
    "not_ready": "1 if the set was not whole again in the end",
}


@dataclass(frozen=True)
class FaultReport(Record):
    """One kind of fault. Times in milliseconds; None where nothing could be told, p95 also for fewer than five samples."""

    fault: str
    what: str
    injected: int
    noticed_p50_ms: float | None = None
    noticed_p95_ms: float | None = None
    ready_p50_ms: float | None = None
    ready_p95_ms: float | None = None
    skipped: str = ""


@dataclass(frozen=True)
class Report(Record):
    """Schema 1, only ever extended. `counts` has askers' outcomes and every name of INVARIANTS, `details` a few words on each breach."""

    seed: int
    minutes: float
    faults: tuple[FaultReport, ...]
    counts: Mapping[str, int]
    details: Mapping[str, Sequence[str]] = field(default_factory=dict)
    schema: int = 1

    @property
    def broken(self) -> list[str]:
        """The invariants that do not hold."""
        return [name for name in INVARIANTS if self.counts.get(name, 0)]

    def with_another(self, other: Report) -> Report:
        """Both runs' faults, and the sums of their counts."""
        counts = {
            name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in {**self.counts, **other.counts}
        }
        details = {
            name: [*self.details.get(name, ()), *other.details.get(name, ())]
            for name in {**self.details, **other.details}
        }
        return replace(self, faults=(*self.faults, *other.faults), counts=counts, details=details)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict(
            {**values, "faults": tuple(FaultReport.from_dict(one) for one in values.get("faults") or ())}
        )


def untried(seed: int, minutes: float, faults: Iterable[str], why: str) -> Report:
    """The report of a run that this machine does not allow."""
    counts = dict.fromkeys(("asked", "answered", "told", "faults", *INVARIANTS), 0)
    return Report(seed, minutes, tuple(skipped(name, why) for name in faults), counts)


def fault_report(name: str, measured: Sequence[Measured]) -> FaultReport:
    noticed = [one.noticed_ms for one in measured if one.noticed_ms is not None]
    ready = [one.ready_ms for one in measured if one.ready_ms is not None]
    return FaultReport(name, FAULTS[name].what, len(measured), *_middle(noticed), *_middle(ready))


def skipped(name: str, why: str) -> FaultReport:
    return FaultReport(name, FAULTS[name].what if name in FAULTS else why, 0, skipped=why)


def _middle(samples: Sequence[float]) -> tuple[float | None, float | None]:
    return (round(statistics.median(samples), 1) if samples else None, percentile(samples))
