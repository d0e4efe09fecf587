"""What a call to a model did cost, for the books: by token class, and beside the same prompt without a cache. Pure.

Amounts are whole nano-dollars, as in `core.budget`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.findings import Usage
from ifmem.core.prices import Rates, model_named
from ifmem.core.record import Record

NANO_PER_RATE = 1_000  # a rate is in dollars per million tokens: a thousand nano-dollars a token


@dataclass(frozen=True)
class Payment(Record):
    """One call that was made, for the books. `at` is when it was paid for, `process` who made it, `page` a digest.

    `cost` is what it did cost and `charged` what counts against the budget: more, if the cost is not known. `by_class` is the cost by
    token class, `uncached` what the same prompt would have cost without a cache (0 for a call that exists only because of the
    cache). Amounts in nano-dollars. None is not measured.
    """

    id: str
    at: int
    query_id: str
    process: str
    purpose: str
    provider: str
    model: str
    page: str
    tokens: int
    usage: Usage | None
    cost: int | None
    charged: int
    by_class: Usage | None = None
    uncached: int | None = None

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {name: values[name] and Usage.from_dict(values[name]) for name in ("usage", "by_class")}
        return super().from_dict({**values, **nested})


def rates_of(model: str, usage: Usage) -> Rates | None:
    """What a request with this usage is billed at, by the table of prices."""
    row = model_named(model)
    return row.rates_at(prompt_tokens(usage)) if row else None


def cost_by_class(rates: Rates, usage: Usage, cost: int) -> Usage:
    """The cost of a call shared out to its token classes, to the last nano-dollar."""
    parts = ((usage.input, rates.input), (usage.cache_read, rates.read), (usage.output, rates.output))
    sent, read, output = (round(tokens * rate * NANO_PER_RATE) for tokens, rate in parts)
    written = cost - sent - read - output  # two lifetimes have two prices: what was paid tells
    return Usage(sent, written, read, output) if usage.cache_write else Usage(cost - read - output, 0, read, output)


def uncached_cost(rates: Rates, purpose: str, usage: Usage) -> int:
    """What a call would have cost had its prompt been sent without any cache; nothing if it was made only to keep the cache."""
    if purpose in ("warm", "refresh"):
        return 0
    return round((prompt_tokens(usage) * rates.input + usage.output * rates.output) * NANO_PER_RATE)


def prompt_tokens(usage: Usage) -> int:
    return usage.input + usage.cache_write + usage.cache_read
