"""What a server of any vendor is to the providers that number lines: text in, text out, and what it used. Adapters translate."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from ifmem.core.findings import Usage
from ifmem.providers.numbered_prompt import Prompt


@dataclass(frozen=True)
class Said:
    """A piece of the reply's text."""

    text: str


@dataclass(frozen=True)
class Used:
    """The tokens of the whole reply so far. `caches`: the server counts what it read from its cache, even where that is nothing."""

    usage: Usage
    caches: bool = False


@dataclass(frozen=True)
class Ended:
    """Why the reply ended: `complete`, `truncated` or `refused`, and the vendor's word for a refusal."""

    stop: str
    why: str = ""


Heard = Said | Used | Ended


class Endpoint(Protocol):
    """A model on a server. `name` is the vendor's, `local` whether the server is near, where nobody bills."""

    name: str
    model: str
    local: bool

    def stream(self, prompt: Prompt, left_s: float) -> AsyncGenerator[Heard, None]:
        """One reply, at least one event of it; one that breaks off just ends. Raises IfmemError if it cannot be had in `left_s`
        seconds, NotBilled if it certainly cost nothing."""
        ...

    def most_usd(self, prompt: Prompt) -> float | None:
        """What asking can cost at most; None if no price is known."""
        ...

    def cost_usd(self, usage: Usage) -> float | None: ...

    async def close(self) -> None: ...
