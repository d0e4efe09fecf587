"""What it costs to keep one page in a vendor's cache, and how gaps between questions compare with the lives of an entry. Pure.

All costs are in the price of sending the page once, uncached. What every policy pays alike (question, answer) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ifmem.core.cache_rules import LIVES_S
from ifmem.core.prices import Model

SHORT, LONG = "5m", "1h"
REFRESH_INPUT, REFRESH_OUTPUT = 32, 1  # tokens that a refresh sends and gets beside the page


class Gap(NamedTuple):
    """A class of gaps: how many refreshes keep an entry of either life alive over it. From `starts_s` on, up to the next class."""

    short: int
    long: int
    starts_s: float

    def needs(self, life: str) -> int:
        return self.short if life == SHORT else self.long


@dataclass(frozen=True)
class Terms:
    """`refresh` is a read that nobody asked for. `lives_s` are those that are reckoned with: a caller that refreshes some time before
    the end of a life gives shorter ones."""

    read: float = 0.1
    write_short: float = 1.25
    write_long: float = 2.0
    refresh: float = 0.1
    lives_s: Mapping[str, float] = field(default_factory=lambda: LIVES_S)

    def write(self, life: str) -> float:
        return self.write_short if life == SHORT else self.write_long

    def break_even(self, life: str) -> int:
        """The most refreshes within one gap that may cost less than writing the page again."""
        return math.floor((self.write(life) - self.read) / self.refresh)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Every class that makes a difference, shortest first. Past the break-even of both lives all gaps are alike."""
        short, long = self.lives_s[SHORT], self.lives_s[LONG]
        starts = {n * short for n in range(self.break_even(SHORT) + 2)} | {
            n * long for n in range(self.break_even(LONG) + 2)
        }
        return tuple(Gap(*self._needed(start), start) for start in sorted(starts))

    def gap(self, seconds: float) -> int:
        """The place in `gaps` of the class of a gap this long."""
        return max(0, sum(gap.starts_s <= seconds for gap in self.gaps) - 1)

    def _needed(self, seconds: float) -> tuple[int, int]:
        """An entry is gone when its life has passed, not later."""
        short = min(math.floor(seconds / self.lives_s[SHORT] + 1e-9), self.break_even(SHORT) + 1)
        return short, min(math.floor(seconds / self.lives_s[LONG] + 1e-9), self.break_even(LONG) + 1)


def terms_of(model: Model, page_tokens: int, lives_s: Mapping[str, float] = LIVES_S) -> Terms:
    """The terms for a page of this size. The price step of long prompts is in them."""
    rates = model.rates_at(page_tokens)
    extra = (REFRESH_INPUT * rates.input + REFRESH_OUTPUT * rates.output) / (max(1, page_tokens) * rates.input)
    read = rates.read / rates.input
    return Terms(read, rates.write_5m / rates.input, rates.write_1h / rates.input, read + extra, lives_s)
