"""What models of other vendors cost on the vendors' own servers: one table, of the same date as `core.prices`, which has Claude's.

A price holds for the server that asks it: the same model on one's own machine costs nothing that is known here. A model that is not in
the table has no price: nothing is guessed. GPT models are not in it, as no dated source was at hand; a price of one's own can be set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ifmem.core.cache_rent import RentTerms
from ifmem.core.prices import Rates

DEEPSEEK = "api.deepseek.com"
GOOGLE = "generativelanguage.googleapis.com"
RENTED_FROM = 4096  # tokens: the least that Google keeps for rent
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
# UTC, from Monday to Friday; Chinese holidays, which are no peak, are not known here.
PEAK_HOURS = frozenset({1, 2, 3, 6, 7, 8, 9})


@dataclass(frozen=True)
class Price:
    """`rates` now; `peak` in DeepSeek's peak hours; `later` from the day on which an offer ends. `storage` and `storage_later` are the
    rent of an explicit cache, per million tokens and hour; None where there is none, or its price is not known."""

    rates: Rates
    peak: Rates | None = None
    later: Rates | None = None
    storage: float | None = None
    storage_later: float | None = None

    def at(self, when: datetime) -> Rates:
        if self.later and when >= NEW_YEAR:
            return self.later
        if self.peak and when.weekday() < 5 and when.hour in PEAK_HOURS:
            return self.peak
        return self.rates

    def storage_at(self, when: datetime) -> float | None:
        return self.storage_later if self.later and when >= NEW_YEAR else self.storage


def _rates(read: float, fresh: float, output: float) -> Rates:
    """Rates of a vendor who asks nothing for writing into the cache beyond the input itself."""
    return Rates(input=fresh, output=output, write_5m=fresh, write_1h=fresh, read=read)


_FLASH = Price(_rates(0.003, 0.15, 0.60), peak=_rates(0.006, 0.30, 1.20))

# DeepSeek: its "Models & Pricing". Gemini: 3.8 Flash is at half price until the end of 2026, cache reads and rent too; both are from
# quotes of the pricing page at second hand. Of 3.5 Flash-Lite no price of a cache is known: a read is counted as plain input.
PRICES: Mapping[tuple[str, str], Price] = {
    (DEEPSEEK, "deepseek-flash"): _FLASH,
    (DEEPSEEK, "deepseek-v4-flash"): _FLASH,
    (DEEPSEEK, "deepseek-v4-pro"): Price(_rates(0.022, 0.66, 1.98), peak=_rates(0.044, 1.32, 3.96)),
    (GOOGLE, "gemini-3.8-flash"): Price(
        _rates(0.075, 0.75, 3.75), later=_rates(0.15, 1.50, 7.50), storage=0.50, storage_later=1.00
    ),
    (GOOGLE, "gemini-3.5-flash-lite"): Price(_rates(0.30, 0.30, 2.50)),
}


def rates_elsewhere(host: str, model: str, when: datetime) -> Rates | None:
    """What a model costs on a server at a time (UTC); None if it is not known."""
    price = PRICES.get((host, model))
    return price.at(when) if price else None


def rent_elsewhere(host: str, model: str, when: datetime) -> RentTerms | None:
    """What an explicit cache costs on a server at a time (UTC); None where there is none, or its price is not known."""
    price = PRICES.get((host, model))
    storage = price.storage_at(when) if price else None
    if price is None or storage is None:
        return None
    rates = price.at(when)
    return RentTerms(rates.input, rates.read, storage, RENTED_FROM)
