"""What a known sequence of questions to one page costs: with our policy, never refreshing, always refreshing, and knowing it beforehand.

In the price of sending the page once, uncached; up to and with the last question (refreshes after it are at most a break-even). Pure.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence

from ifmem.core.warmth_policy import WARM, PageWarmth, asked, refreshed
from ifmem.core.warmth_terms import LONG, SHORT, Terms


def policy_cost(terms: Terms, times: Sequence[float], coins: random.Random) -> float:
    """What our policy pays when the page is asked at these times (seconds, ascending)."""
    page, cost = PageWarmth(), 0.0
    for now in times:
        while (due := page.refresh_at) is not None and due <= now:
            page, cost = refreshed(terms, page, due), cost + terms.refresh
        was_warm = page.state(now) == WARM
        page = asked(terms, page, now, coins.random())
        cost += terms.read if was_warm else terms.write(page.life)
    return cost


def never_cost(terms: Terms, times: Sequence[float]) -> float:
    """The shorter life, never refreshed."""
    lapses = sum(gap >= terms.lives_s[SHORT] for gap in _gaps(times))
    return (1 + lapses) * terms.write_short + (len(times) - 1 - lapses) * terms.read


def always_cost(terms: Terms, times: Sequence[float]) -> float:
    """The shorter life, refreshed for ever."""
    refreshes = sum(math.floor(gap / terms.lives_s[SHORT]) for gap in _gaps(times))
    return terms.write_short + (len(times) - 1) * terms.read + refreshes * terms.refresh


def clairvoyant_cost(terms: Terms, times: Sequence[float]) -> float:
    """The least that can be paid. After each question: the least if the entry is now of the shorter life, and of the longer."""
    least = {SHORT: terms.write_short, LONG: terms.write_long}
    for gap in _gaps(times):
        anew = min(least.values())
        kept = {
            life: paid + math.floor(gap / terms.lives_s[life]) * terms.refresh + terms.read
            for life, paid in least.items()
        }
        least = {life: min(kept[life], anew + terms.write(life)) for life in kept}
    return min(least.values())


def _gaps(times: Sequence[float]) -> Iterator[float]:
    return (after - before for before, after in itertools.pairwise(times))
