"""What a run of chaos is to do, and the faults it will meet: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.record import Record

HURRIED = 0.2  # share of faults that do not wait until the set has recovered from the one before
LONGEST_GAP_S = 1.0


@dataclass(frozen=True)
class Plan(Record):
    """`faults` are names of `chaos.faults` (none: all of them); `clients` ask at once."""

    seed: int = 1
    minutes: float = 1.0
    faults: tuple[str, ...] = ()
    clients: int = 48

    @property
    def outage_s(self) -> float:
        """How long the bus is unreachable: half a minute in a run of ten."""
        return min(30.0, max(2.0, 3.0 * self.minutes))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({**values, "faults": tuple(values.get("faults") or ())})


@dataclass(frozen=True)
class Planned(Record):
    """One fault to come. `gap_s` passes before it; `hurried`: whether the set is ready again is not waited for."""

    fault: str
    target: str
    gap_s: float
    hurried: bool


def schedule(seed: int, targets: Mapping[str, Sequence[str]], weights: Mapping[str, int]) -> Iterator[Planned]:
    """Faults without end: first each once, in an order of the seed's, then by weight. `targets` maps each fault to whom it can hit."""
    choose = random.Random(seed)
    names = sorted(targets)
    first = choose.sample(names, len(names))
    while True:
        name = first.pop() if first else choose.choices(names, [weights[name] for name in names])[0]
        target = choose.choice(targets[name])
        yield Planned(name, target, round(choose.uniform(0.0, LONGEST_GAP_S), 3), choose.random() < HURRIED)
