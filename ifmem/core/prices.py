"""What each model costs and what its requests may say: one table, dated, of what no API tells.

Windows and features are read from the vendor's Models API; prices, the minimum of its prompt cache and the rules of a request are not
in there. A model that is not in the table has no price here: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ifmem.core.findings import Usage

AS_OF = "2026-11-21"
PER_MILLION = 1_000_000
_SNAPSHOT = re.compile(r"-\d{8}$")


@dataclass(frozen=True)
class Rates:
    """US dollars per million tokens, by token class."""

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float

    def cost_usd(self, usage: Usage, ttl: str) -> float:
        write = {"5m": self.write_5m, "1h": self.write_1h}[ttl]
        return (
            usage.input * self.input
            + usage.cache_write * write
            + usage.cache_read * self.read
            + usage.output * self.output
        ) / PER_MILLION


@dataclass(frozen=True)
class Behaviour:
    """The fields of a request that a model treats in its own way.

    `efforts` is empty if it takes no effort. `thinks`: it does, unless told otherwise. `thinking` are the types it accepts, `thinking_off`
    the one that turns thinking off ("": leave the field out), which only the `efforts_without_thinking` allow.
    """

    thinks: bool
    thinking: tuple[str, ...]
    thinking_off: str = ""
    efforts: tuple[str, ...] = ()
    default_effort: str = ""
    efforts_without_thinking: tuple[str, ...] = ()
    forced_tool: bool = True
    prefill: bool = False


@dataclass(frozen=True)
class Model:
    """One row. Prompts below `cache_minimum` tokens are not cached, silently.

    A request with more than `step_tokens` of input, cached or not, costs the rates `above` as a whole (None: flat price).
    `behaviour` is None where it is not known; a request then says nothing about thinking and effort, which every model accepts.
    `new_tokenizer`: about 30% more tokens for the same text. `window` is the most tokens a prompt and its reply may have: the Models API
    says it too, but not before there is a key.
    """

    rates: Rates
    cache_minimum: int
    new_tokenizer: bool = True
    step_tokens: int | None = None
    above: Rates | None = None
    behaviour: Behaviour | None = None
    window: int = 1_000_000

    def rates_at(self, prompt_tokens: int) -> Rates:
        """The rates of a request whose input, cached tokens included, is this long."""
        if self.above is not None and self.step_tokens is not None and prompt_tokens > self.step_tokens:
            return self.above
        return self.rates


_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_HAIKU_5_5 = Behaviour(True, ("adaptive", "disabled"), "disabled", _EFFORTS, "medium", _EFFORTS[:3])
_SONNET_5_5 = Behaviour(
    True, ("adaptive", "between_tools"), "between_tools", _EFFORTS, "high", _EFFORTS[:3], forced_tool=False
)
# Prefill with Haiku 4.5 is documented for the older API version only; nothing here sends one.
_HAIKU_4_5 = Behaviour(False, ("enabled",), prefill=True)

# Minima of Haiku 5.5, Sonnet 5.5, Opus 5.5 and Fable 5.1 are known at second hand: what the cache did is read from the usage,
# never concluded from them. Fable 5.2 is left out: its cache prices are not published.
MODELS: Mapping[str, Model] = {
    "claude-haiku-5-5": Model(
        Rates(0.10, 0.50, 0.125, 0.20, 0.01),
        512,
        step_tokens=100_000,
        above=Rates(0.50, 2.50, 0.625, 1.00, 0.05),
        behaviour=_HAIKU_5_5,
    ),
    "claude-haiku-4-5": Model(
        Rates(1.00, 5.00, 1.25, 2.00, 0.10), 4096, new_tokenizer=False, behaviour=_HAIKU_4_5, window=200_000
    ),
    "claude-sonnet-5-5": Model(Rates(2.00, 10.00, 2.50, 4.00, 0.10), 512, behaviour=_SONNET_5_5),
    "claude-sonnet-5": Model(Rates(2.00, 10.00, 2.50, 4.00, 0.20), 1024),
    "claude-sonnet-4-6": Model(Rates(3.00, 15.00, 3.75, 6.00, 0.30), 1024, new_tokenizer=False),
    "claude-sonnet-4-5": Model(Rates(3.00, 15.00, 3.75, 6.00, 0.30), 1024, new_tokenizer=False, window=200_000),
    "claude-opus-5-5": Model(Rates(4.00, 20.00, 5.00, 8.00, 0.20), 512),
    "claude-opus-5": Model(Rates(5.00, 25.00, 6.25, 10.00, 0.50), 512),
    "claude-opus-4-8": Model(Rates(5.00, 25.00, 6.25, 10.00, 0.50), 1024),
    "claude-opus-4-7": Model(Rates(5.00, 25.00, 6.25, 10.00, 0.50), 2048),
    "claude-opus-4-6": Model(Rates(5.00, 25.00, 6.25, 10.00, 0.50), 4096, new_tokenizer=False),
    "claude-fable-5-1": Model(Rates(10.00, 50.00, 12.50, 20.00, 0.25), 512),
}


def model_named(model: str) -> Model | None:
    """The row of a model id, with or without the date of its snapshot; None for one that is not in the table."""
    return MODELS.get(_SNAPSHOT.sub("", model))


def cost_usd(model: str, usage: Usage, prompt_tokens: int, ttl: str = "5m") -> float | None:
    """What one request cost, in US dollars; None for a model without a known price.

    `prompt_tokens` is all of its input, cached or not: it decides the price step. `ttl` is the life its cache writes were bought for.
    """
    row = model_named(model)
    return row.rates_at(prompt_tokens).cost_usd(usage, ttl) if row else None


def total_usd(costs: Iterable[float | None]) -> float | None:
    """The sum; None as soon as one of them is not known: an unknown cost is not a small one."""
    known = list(costs)
    return None if None in known else sum(cost for cost in known if cost is not None)
