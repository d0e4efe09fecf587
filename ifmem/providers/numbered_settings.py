"""How a model on any server is asked, and what it costs there. Fixed for a shard's life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ifmem.core.addresses import is_near
from ifmem.core.cache_rent import RentTerms
from ifmem.core.findings import Usage
from ifmem.core.prices import Rates, cost_usd, model_named
from ifmem.core.prices_elsewhere import RENTED_FROM, rates_elsewhere, rent_elsewhere
from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic_settings import VENDOR
from ifmem.providers.numbered_prompt import Prompt

THINKING_TOKENS = 8_000  # thinking counts against the output limit: room for it beside the answer


@dataclass(frozen=True)
class ServerSettings:
    """`effort` empty is the model's own default. `rates` are a price of the user's own, which goes before the table's; `storage` belongs
    to it, the rent of an explicit cache per million tokens and hour.

    Raises IfmemError (exit code 2) without a model: of other servers none is known to have a particular one.
    """

    model: str
    base_url: str
    effort: str = ""
    rates: Rates | None = None
    storage: float | None = None

    def __post_init__(self) -> None:
        if not self.model:
            raise IfmemError(
                "there is no model to ask.",
                why=f"the server at {self.base_url} needs one named",
                fix='Name it with the provider, as in: provider = "openai:MODEL"',
                exit_code=Exit.USAGE,
            )

    @property
    def local(self) -> bool:
        return is_near(self.base_url)

    def most_usd(self, prompt: Prompt) -> float | None:
        """What asking can cost at most: the prompt read anew or written into a cache, whichever is dearer, and all of the output."""
        output = prompt.max_output_tokens + THINKING_TOKENS
        usages = (Usage(input=prompt.tokens, output=output), Usage(cache_write=prompt.tokens, output=output))
        costs = [cost for usage in usages if (cost := self.cost_usd(usage)) is not None]
        return max(costs, default=None)

    def cost_usd(self, usage: Usage) -> float | None:
        """What a request costs now, in US dollars; None if no price is known."""
        if self.rates is None and self.base_url == VENDOR and model_named(self.model):
            return cost_usd(self.model, usage, usage.input + usage.cache_write + usage.cache_read)
        rates = self.rates or rates_elsewhere(self._host, self.model, datetime.now(UTC))
        return rates.cost_usd(usage, "5m") if rates else None

    def rent_terms(self) -> RentTerms | None:
        """What an explicit cache costs now; None where its price is not known, and none is made."""
        if self.rates is None:
            return rent_elsewhere(self._host, self.model, datetime.now(UTC))
        if self.storage is None:
            return None
        return RentTerms(self.rates.input, self.rates.read, self.storage, RENTED_FROM)

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


def own_rates(price: dict[str, float]) -> Rates:
    """A price as a shard's table gives it: `price = {input = 1.0, cache_write = 1.25, cache_read = 0.1, output = 5.0}`, in dollars per
    million tokens. What reading or writing a cache costs is that of plain input unless it is given. `cache_storage` is the rent of an
    explicit cache (Gemini), per million tokens and hour.

    Raises IfmemError (exit code 2) for anything else.
    """
    known = {"input", "cache_write", "cache_read", "cache_storage", "output"}
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in price.values())
    if not {"input", "output"} <= price.keys() <= known or not numbers:
        raise IfmemError(
            "cannot use the price of a shard.",
            why="it takes input and output, and may take cache_write, cache_read and cache_storage, in dollars per million "
            f"tokens, not {price}",
            fix="Set it like this: price = {input = 0.5, output = 2.0}",
            exit_code=Exit.USAGE,
        )
    write = price.get("cache_write", price["input"])
    return Rates(price["input"], price["output"], write, write, price.get("cache_read", price["input"]))
