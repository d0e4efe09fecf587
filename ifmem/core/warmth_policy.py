"""When to refresh a page in the vendor's cache, for which life to buy it, and when to let it lapse. Pure and online.

A read refreshes, so a page that is asked within its life is never refreshed by us. After each question it is decided how many refreshes
its entry is worth if nobody asks: as many as the forecast from past gaps advises, in so far as the guard's account covers the worst
that this can lead to; else as many as a draw from the safest chances says. Never more than break even with writing the page again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from ifmem.core import warmth_guard as guard
from ifmem.core.gap_forecast import Forecast
from ifmem.core.warmth_guard import Chances, Ledger
from ifmem.core.warmth_terms import SHORT, Terms

COLD, WARM = "cold", "warm"


@dataclass(frozen=True)
class PageWarmth:
    """One page. Times are seconds of the caller's clock. `life` is what its entry was, or is to be, bought for; `left` is how many
    refreshes it is still worth."""

    asked_at: float | None = None
    life: str = SHORT
    warm_until: float = float("-inf")
    left: int = 0
    chances: Chances = ()
    forecast: Forecast = Forecast()
    ledger: Ledger | None = None

    def state(self, now: float) -> str:
        return WARM if now < self.warm_until else COLD

    @property
    def refresh_at(self) -> float | None:
        """When to refresh; None: the page is left to lapse, or has."""
        return self.warm_until if self.left > 0 else None


def asked(terms: Terms, page: PageWarmth, now: float, coin: float) -> PageWarmth:
    """The page after a question that starts now, to be sent with its `life`. `coin` is a draw from 0 up to 1."""
    if page.ledger is None or page.asked_at is None:
        known = _first(terms, page)
    else:
        known = _again(terms, page, page.ledger, now - page.asked_at, is_warm=page.state(now) == WARM)
    assert known.ledger is not None
    wish = known.forecast.refreshes(terms, known.life)
    chances = guard.advised(terms, known.ledger, known.life, wish)
    until = now + terms.lives_s[known.life]
    return replace(known, asked_at=now, warm_until=until, left=_drawn(chances, coin), chances=chances)


def refreshed(terms: Terms, page: PageWarmth, now: float) -> PageWarmth:
    """The page after a refresh that started now."""
    return replace(page, warm_until=now + terms.lives_s[page.life], left=page.left - 1)


def given_up(page: PageWarmth) -> PageWarmth:
    """The page if it is not to be refreshed any more; what the vendor holds lives on to its end."""
    return replace(page, left=0)


def lapsed(page: PageWarmth) -> PageWarmth:
    """The page if the vendor does not have it, whatever was thought."""
    return replace(page, warm_until=float("-inf"), left=0)


def _first(terms: Terms, page: PageWarmth) -> PageWarmth:
    wanted = page.forecast.life(terms)
    lives = sorted(terms.lives_s, key=lambda life: life != wanted)
    ledgers = {life: guard.opened(terms, life) for life in lives}
    life = next(life for life in lives if ledgers[life].slack >= 0)
    return replace(page, life=life, ledger=ledgers[life])


def _again(terms: Terms, page: PageWarmth, ledger: Ledger, gap_s: float, *, is_warm: bool) -> PageWarmth:
    gap = terms.gap(gap_s)
    settled = guard.settled(terms, ledger, page.life, terms.gaps[gap], page.chances)
    forecast = page.forecast.after(terms, gap)
    if is_warm:
        return replace(page, forecast=forecast, ledger=settled)
    wanted = forecast.life(terms)
    choices = sorted(terms.lives_s, key=lambda life: life != wanted)
    accounts = {life: guard.bought(terms, settled, life) for life in choices}
    life = next(
        (life for life in choices if accounts[life].slack >= 0), max(choices, key=lambda one: accounts[one].slack)
    )
    return replace(page, life=life, forecast=forecast, ledger=accounts[life])


def _drawn(chances: Chances, coin: float) -> int:
    """The number of refreshes that the coin falls on."""
    sums = itertools.accumulate(chances)
    return next((times for times, total in enumerate(sums) if coin < total), len(chances) - 1)
