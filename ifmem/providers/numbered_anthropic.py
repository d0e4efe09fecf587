"""Servers that speak Anthropic's Messages API but know no documents: Ollama, llama.cpp, vLLM, DeepSeek, proxies.

They refuse document blocks or drop them silently, count no tokens and keep no marked cache, so that all they are sent is text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from ifmem.core.findings import Usage
from ifmem.providers.anthropic_calls import Calls, Sleep
from ifmem.providers.anthropic_reply import STOPS
from ifmem.providers.anthropic_settings import VENDOR, Settings
from ifmem.providers.endpoint import Ended, Heard, Said, Used
from ifmem.providers.numbered import Numbered
from ifmem.providers.numbered_prompt import Prompt
from ifmem.providers.numbered_settings import ServerSettings
from ifmem.providers.spending import Purse

COUNTS = {
    "input_tokens": "input",
    "cache_creation_input_tokens": "cache_write",
    "cache_read_input_tokens": "cache_read",
    "output_tokens": "output",
}


def is_numbered(citations: str, base_url: str) -> bool:
    """Whether a server is sent numbered lines: `citations` is native, numbered or auto (native at Anthropic itself)."""
    return citations == "numbered" or (citations == "auto" and base_url not in ("", VENDOR))


class ReplyEvents:
    """The events of one reply. Unknown ones are passed over; counts are cumulative, and a later one replaces an earlier one."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def of(self, event: Any) -> Iterator[Heard]:
        kind = getattr(event, "type", "")
        if kind == "message_start":
            yield Said("")  # it has begun, even if it thinks for long before it says a word
            yield from self._used(getattr(event.message, "usage", None))
        elif kind == "content_block_start":
            yield Said(_text_of(event.content_block))
        elif kind == "content_block_delta":
            yield Said(_text_of(event.delta))
        elif kind == "message_delta":
            yield from self._used(getattr(event, "usage", None))
            if reason := getattr(event.delta, "stop_reason", None):
                why = getattr(getattr(event.delta, "stop_details", None), "category", None)
                yield Ended(STOPS.get(reason, "incomplete"), str(why or ""))

    def _used(self, usage: Any) -> Iterator[Used]:
        counts = {name: count for name in COUNTS if isinstance(count := getattr(usage, name, None), int)}
        self._counts |= counts
        if counts:
            tokens = Usage(**{ours: self._counts.get(name, 0) for name, ours in COUNTS.items()})
            yield Used(tokens, caches="cache_read_input_tokens" in self._counts)


class NumberedAnthropic(Numbered):
    def __init__(
        self, api_key: str, settings: Settings, price: ServerSettings, purse: Purse, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        """`price` says what the server asks. Raises IfmemError (exit code 4) for a key that cannot be one."""
        super().__init__(Messages(api_key, settings, price, sleep), purse)


class Messages:
    """The server."""

    name = "anthropic"

    def __init__(self, api_key: str, settings: Settings, price: ServerSettings, sleep: Sleep) -> None:
        self.model = settings.model
        self.local = price.local
        self._settings = settings
        self._price = price
        self._calls = Calls(api_key, settings, sleep)

    async def stream(self, prompt: Prompt, left_s: float) -> AsyncGenerator[Heard, None]:
        said = ReplyEvents()
        async with aclosing(self._calls.stream(self._fields(prompt), left_s)) as events:
            async for event in events:
                for heard in said.of(event):
                    yield heard

    def most_usd(self, prompt: Prompt) -> float | None:
        return self._price.most_usd(prompt)

    def cost_usd(self, usage: Usage) -> float | None:
        return self._price.cost_usd(usage)

    async def close(self) -> None:
        await self._calls.close()

    def _fields(self, prompt: Prompt) -> dict[str, Any]:
        turns = [
            {"role": role, "content": [{"type": "text", "text": text} for text in texts]}
            for role, texts in prompt.turns()
        ]
        return {**self._settings.fields(prompt.max_output_tokens), "system": prompt.told, "messages": turns}


def _text_of(part: Any) -> str:
    """The text that a block starts with or a delta adds; empty for those of other types, thoughts among them."""
    said = getattr(part, "text", None) if getattr(part, "type", "") in ("text", "text_delta") else None
    return said if isinstance(said, str) else ""
