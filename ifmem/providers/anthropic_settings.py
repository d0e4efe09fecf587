"""How a Claude model is asked. Fixed for a shard's life: every one of these is part of what the vendor caches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ifmem.core.cache_rules import LIVES_S
from ifmem.core.findings import Usage
from ifmem.core.prices import Behaviour, cost_usd, model_named
from ifmem.errors import Exit, IfmemError

VENDOR = "https://api.anthropic.com"
HAIKU = "claude-haiku-5-5"
THINKING_TOKENS = 8_000  # thinking counts against the output limit: room for it beside the answer


@dataclass(frozen=True)
class Settings:
    """`effort` empty is the model's own default; `thinking` False turns it off where the model can; `ttl` is `5m` or `1h`.

    Raises IfmemError (exit code 2) for what the model does not accept. Of a model that is not in the price table nothing is known:
    it is asked with its own defaults, and an effort is passed on as given.
    """

    model: str = HAIKU
    effort: str = ""
    thinking: bool = True
    ttl: str = "5m"
    base_url: str = VENDOR

    def __post_init__(self) -> None:
        _demand(self.ttl in LIVES_S, f"{self.ttl!r} is no cache lifetime", f"Set one of: {', '.join(LIVES_S)}")
        known = self._behaviour
        if known and self.effort:
            allowed = known.efforts if self.thinking or not known.thinks else known.efforts_without_thinking
            fix = f"Set one of: {', '.join(allowed)}" if allowed else "Leave effort out"
            _demand(self.effort in allowed, f"{self.model} does not take effort {self.effort!r} here", fix)

    def fields(self, max_output_tokens: int) -> dict[str, Any]:
        """The fields of a request that do not depend on what is asked."""
        known = self._behaviour
        off = known.thinking_off if known and not self.thinking else ""
        room = 0 if off or (known and not known.thinks) else THINKING_TOKENS
        default = known.default_effort if known else ""
        return {
            "model": self.model,
            "max_tokens": max_output_tokens + room,
            **({"thinking": {"type": off}} if off else {}),
            **({"output_config": {"effort": self.effort}} if self.effort and self.effort != default else {}),
        }

    def most_usd(self, prompt_tokens: int, output_tokens: int) -> float | None:
        """What a request can cost at most: all of the prompt written into the cache anew, all of the output used."""
        return cost_usd(self.model, Usage(cache_write=prompt_tokens, output=output_tokens), prompt_tokens, self.ttl)

    @property
    def _behaviour(self) -> Behaviour | None:
        row = model_named(self.model)
        return row.behaviour if row else None


def _demand(holds: bool, what: str, fix: str) -> None:
    if not holds:
        raise IfmemError(f"{what}.", fix=fix, exit_code=Exit.USAGE)
