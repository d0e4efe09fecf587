"""The rules of the budget: amounts, windows of time, limits, and what a person is told when one is reached. No bus and no clock here.

Amounts are whole nano-dollars (billionths): a token of any model costs a whole number of them, sums are exact, and what is set aside
for a call is rounded up. Days and hours are those of UTC, told by the server of the bus: all processes share its clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Self

from ifmem.config import Config
from ifmem.core.keys import DAY_S, HOUR_S

NANO = 1_000_000_000
WINDOWS = {"day": DAY_S, "hour": HOUR_S}
ADJECTIVES = {"day": "daily", "hour": "hourly", "question": "question's"}


def nano(amount_usd: float, rounding: str = ROUND_CEILING) -> int:
    """Dollars as they are written in decimal; what is left over below a nano-dollar counts as a whole one."""
    return int((Decimal(repr(amount_usd)) * NANO).to_integral_value(rounding))


def dollars(amount: int) -> str:
    """Nano-dollars for a person: cents in full, smaller sums with two significant digits."""
    usd = amount / NANO
    return f"${usd:.2f}" if usd == 0 or usd >= 0.01 else f"${usd:.2g}"


def window_of(at: int, limit: str) -> int:
    """When the day or hour of `at` began (epoch seconds)."""
    return at - at % WINDOWS[limit]


@dataclass(frozen=True)
class Limits:
    """The most that may be spent a day, an hour and on one question, in nano-dollars."""

    day: int
    hour: int
    question: int

    @classmethod
    def set_in(cls, config: Config) -> Self:
        return cls.of(config.budget_day_usd, config.budget_hour_usd, config.budget_question_usd)

    @classmethod
    def of(cls, day_usd: float, hour_usd: float, question_usd: float) -> Self:
        """Rounded down: no limit is ever more than what was set."""
        return cls(*(nano(amount, ROUND_FLOOR) for amount in (day_usd, hour_usd, question_usd)))


@dataclass(frozen=True)
class Reservation:
    """What was set aside for one call, at this time of the server (epoch seconds)."""

    id: str
    at: int
    most: int
    query_id: str = ""


@dataclass(frozen=True)
class Refusal:
    """The limit (`day`, `hour` or `question`) that has no room for a call of `most`, and what is counted against it already."""

    limit: str
    spent: int
    most: int
    at: int

    def explained(self, limits: Limits) -> tuple[str, str, str]:
        """What, why and fix."""
        allowed = getattr(limits, self.limit)
        spent = f"{dollars(self.spent)} of {dollars(allowed)} are spent or set aside"
        name = f"budget_{self.limit}_usd"
        fix = f"Raise {name} in ifmem.toml, then: ifmem down; ifmem up"
        if self.limit in WINDOWS and self.most <= allowed:
            fix += f"    Or wait until {until(self.at, self.limit)}"
        what = f"the {ADJECTIVES[self.limit]} budget does not cover this call."
        return what, f"{spent}, and this call may cost up to {dollars(self.most)}", fix


def until(at: int, limit: str) -> str:
    """When the day or hour of `at` is over, e.g. `15:00 UTC`."""
    return time.strftime("%H:%M UTC", time.gmtime(window_of(at, limit) + WINDOWS[limit]))


@dataclass(frozen=True)
class Standing:
    """How the books stand: what counts against this day and this hour, and how much of the day's is set aside for calls that
    are not settled. `reached` is the limit (`day`, `hour`) that refused the last call, "" if it was made."""

    at: int
    day: int = 0
    hour: int = 0
    unsettled: int = 0
    reached: str = ""

    def to_status(self, limits: Limits) -> dict[str, Any]:
        """The budget in `status --json`, in dollars. `note` is for people: empty while no limit is reached."""
        note = ""
        if self.reached:
            spent, allowed = getattr(self, self.reached), getattr(limits, self.reached)
            note = (
                f"the {ADJECTIVES[self.reached]} budget did not cover the last call ({dollars(spent)} of {dollars(allowed)} "
                f"spent or set aside): answers are extractive until {until(self.at, self.reached)}"
            )
        return {
            "day_usd": limits.day / NANO,
            "hour_usd": limits.hour / NANO,
            "question_usd": limits.question / NANO,
            "spent_hour_usd": self.hour / NANO,
            "unsettled_usd": self.unsettled / NANO,
            "reached": self.reached,
            "note": note,
        }
