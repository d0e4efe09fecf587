"""Whether to rent a cache of a vendor who asks rent for it, and for how long. Pure.

Google keeps prompts that it has read for a while by itself, free and without a promise. A cache that was made for a prompt holds for
sure, and costs rent by the hour. So one is made only where the free one was seen to fail, and it is kept no longer than it can be worth.
"""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.core.findings import Usage
from ifmem.core.prices import PER_MILLION

HOUR_S = 3600.0
LONGEST_S = HOUR_S


@dataclass(frozen=True)
class RentTerms:
    """US dollars per million tokens: to read them in full, to read them from the cache, to keep them for an hour. A prompt below
    `minimum` tokens cannot be kept."""

    full: float
    read: float
    storage: float
    minimum: int

    @property
    def life_s(self) -> float:
        """How long a prompt is kept after it was asked: until the rent has come to what one reading saves. Whoever never asks again has
        then lost as much as one more reading in full, whenever that would have come."""
        saved = max(0.0, self.full - self.read)
        return min(LONGEST_S, saved / self.storage * HOUR_S) if self.storage else LONGEST_S

    def rent_usd(self, tokens: int, seconds: float) -> float:
        return tokens * self.storage * seconds / HOUR_S / PER_MILLION

    def making_usd(self, tokens: int) -> float:
        """What it costs to make a cache and keep it for its first life."""
        return tokens * self.full / PER_MILLION + self.rent_usd(tokens, self.life_s)


@dataclass(frozen=True)
class Asked:
    """What is known of a prompt: when it was asked last (seconds of some clock), and whether it was read in full then although it had
    been asked shortly before."""

    at: float | None = None
    missed: bool = False

    def shortly_before(self, terms: RentTerms, now: float) -> bool:
        return self.at is not None and now - self.at < terms.life_s


def pays(terms: RentTerms, asked: Asked, tokens: int, now: float) -> bool:
    """Whether to make a cache for the question that comes now. Making it costs what reading in full would, so what is risked is the
    rent; it was already lost once."""
    return tokens >= terms.minimum and asked.missed and asked.shortly_before(terms, now)


def after(terms: RentTerms, asked: Asked, tokens: int, usage: Usage, now: float) -> Asked:
    """What is known once a question has been answered. `tokens` are those that could have come from a cache."""
    return Asked(now, asked.shortly_before(terms, now) and usage.cache_read * 2 < tokens)


def is_due(terms: RentTerms, until: float, now: float) -> bool:
    """Whether a cache that is asked now, and kept until then, is to be kept for another life: not with every question."""
    return until - now < terms.life_s / 2
