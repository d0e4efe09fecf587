"""How many questions may wait, from what a queue did in the last seconds. Pure; times are of one monotonic clock.

A burst is taken whole, up to the fixed limit: everyone in it is answered in the end. A queue that stays long is another matter. Whoever
joins it is answered late although the processes do all they can, and so is everybody for as long as it takes to work it off once the
rush is over. Then only so many may wait as are answered soon, and who comes next is told at once that it is busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

SOON_S = 3.0  # what may wait is answered within about this time
LOOKS = 6  # a second apart: a queue that was longer than that at every one of them does not go away by itself
OVER = 1 / 3  # of what may wait: when no more do than this share, the rush is over


class Look(NamedTuple):
    """A queue at one moment: how many wait, and how many were answered in time, in all."""

    at: float
    waiting: int
    answered: int


@dataclass(frozen=True)
class Admission:
    """`floor` may always wait: as many as are worked on at once. `limit` is how many may wait now; None: as many as ever."""

    floor: int
    looks: tuple[Look, ...] = ()
    limit: int | None = None

    def after(self, look: Look) -> Admission:
        """What holds from this look on."""
        looks = (*self.looks, look)[-LOOKS:]
        soon = max(self.floor, round(_pace(looks) * SOON_S))
        stands = len(looks) == LOOKS and all(one.waiting > soon for one in looks)
        goes_on = self.limit is not None and look.waiting > soon * OVER
        return Admission(self.floor, looks, soon if stands or goes_on else None)


def _pace(looks: Sequence[Look]) -> float:
    """Answers a second."""
    first, last = looks[0], looks[-1]
    return (last.answered - first.answered) / (last.at - first.at) if last.at > first.at else 0.0
