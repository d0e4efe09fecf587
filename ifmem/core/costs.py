"""What calls to models did cost, added up for people: by day, process, purpose, model and token class, and what the cache has saved.

Sums of what was measured. What was not measured is not a zero: it is counted as such, and a sum of nothing else is None (shown blank).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from ifmem.core.budget import NANO
from ifmem.core.findings import Usage
from ifmem.core.prices import AS_OF
from ifmem.core.record import Record

BASELINE = "the same pages re-sent uncached"


@dataclass(frozen=True)
class Batch:
    """All payments of one UTC day, process, purpose and model. Amounts in nano-dollars; sums leave out what was not measured.

    `measured` of its `calls` have their tokens in `usage`, `priced` ones their cost in `cost` and `by_class`. `charged` counts
    every call, one of unknown cost at the most that it may have cost. `uncached` is what the same prompts would have cost.
    """

    day: str
    process: str
    purpose: str
    model: str
    calls: int
    measured: int
    priced: int
    usage: Usage
    cost: int
    by_class: Usage
    charged: int
    uncached: int


@dataclass(frozen=True)
class Line(Record):
    """The sum of some calls. `unmeasured` ones are missing in `usage`, `unpriced` ones in `cost_usd`, which are None without others."""

    name: str
    calls: int
    unmeasured: int
    unpriced: int
    usage: Usage | None
    cost_usd: float | None


@dataclass(frozen=True)
class TokenClass(Record):
    """Tokens of one class, and what they cost: None where nothing was measured, or not every cost could be shared out to classes."""

    name: str
    tokens: int | None
    cost_usd: float | None


@dataclass(frozen=True)
class Saving(Record):
    """What was paid beside what the baseline would have cost. Calls that keep the cache are paid and not in the baseline; a call
    of unknown cost is paid at the most it may have cost, and is not in the baseline either: the saving is never overstated."""

    baseline: str
    baseline_usd: float
    paid_usd: float
    saved_usd: float


@dataclass(frozen=True)
class CostReport(Record):
    """`ifmem cost --json`, schema 1. `as_of` is the time of the newest call in the archive (epoch seconds), None without any."""

    days: int
    as_of: int | None
    total: Line
    by_day: tuple[Line, ...]
    by_shard: tuple[Line, ...]
    by_purpose: tuple[Line, ...]
    by_model: tuple[Line, ...]
    by_class: tuple[TokenClass, ...]
    saving: Saving | None
    prices_as_of: str = AS_OF
    schema: int = field(default=1)


def report(batches: Sequence[Batch], days: int, as_of: int | None) -> CostReport:
    return CostReport(
        days=days,
        as_of=as_of,
        total=_line("total", batches),
        by_day=_grouped(batches, lambda batch: batch.day),
        by_shard=_grouped(batches, lambda batch: batch.process),
        by_purpose=_grouped(batches, lambda batch: batch.purpose),
        by_model=_grouped(batches, lambda batch: batch.model),
        by_class=_by_class(batches),
        saving=_saving(batches),
    )


def _grouped(batches: Iterable[Batch], name: Callable[[Batch], str]) -> tuple[Line, ...]:
    groups: dict[str, list[Batch]] = {}
    for batch in batches:
        groups.setdefault(name(batch), []).append(batch)
    return tuple(_line(key, groups[key]) for key in sorted(groups))


def _line(name: str, batches: Sequence[Batch]) -> Line:
    return Line(
        name=name,
        calls=sum(batch.calls for batch in batches),
        unmeasured=sum(batch.calls - batch.measured for batch in batches),
        unpriced=sum(batch.calls - batch.priced for batch in batches),
        usage=_usage(batches),
        cost_usd=sum(batch.cost for batch in batches) / NANO if any(batch.priced for batch in batches) else None,
    )


def _usage(batches: Iterable[Batch]) -> Usage | None:
    measured = [batch.usage for batch in batches if batch.measured]
    return reduce(Usage.plus, measured) if measured else None


def _by_class(batches: Sequence[Batch]) -> tuple[TokenClass, ...]:
    tokens = vars(_usage(batches) or Usage())
    costs = vars(reduce(Usage.plus, (batch.by_class for batch in batches), Usage()))
    measured = any(batch.measured for batch in batches)
    shared_out = sum(costs.values()) == sum(batch.cost for batch in batches) and any(batch.priced for batch in batches)
    return tuple(
        TokenClass(name, tokens[name] if measured else None, costs[name] / NANO if shared_out else None)
        for name in tokens
    )


def _saving(batches: Sequence[Batch]) -> Saving | None:
    """None where nothing was measured that the baseline knows a cost of."""
    baseline, paid = sum(batch.uncached for batch in batches), sum(batch.charged for batch in batches)
    return Saving(BASELINE, baseline / NANO, paid / NANO, (baseline - paid) / NANO) if baseline else None
