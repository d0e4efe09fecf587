"""The explicit caches of one process: made for a page where the implicit cache fails and rent pays, renewed while it is asked, let lapse
after that, deleted on leaving.

When that is, `core.cache_rent` decides. Whatever goes wrong here costs an answer nothing but the saving: it is asked for without a cache.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ifmem.core.cache_rent import Asked, RentTerms, after, is_due, pays
from ifmem.core.findings import Usage
from ifmem.core.tokens import estimate_tokens
from ifmem.providers.gemini_events import failure_of
from ifmem.providers.numbered_failures import Failed
from ifmem.providers.numbered_prompt import Prompt
from ifmem.providers.numbered_settings import ServerSettings
from ifmem.providers.spending import Bill, Call, OverBudget, Purse

MARGIN_S = 10.0  # a cache that ends sooner may be gone when the question arrives
MOST_OF_TIME = 0.5  # of the time for an answer that making a cache may take
DELETED_WITHIN_S = RENEWED_WITHIN_S = 2.0
GONE = (403, 404)  # Google says of a cache that is not there that one may not see it
Send = Callable[[], Awaitable[Any]]
log = logging.getLogger("ifmem")


@dataclass(frozen=True)
class Kept:
    """A cache on the server; `until` is by this process's clock."""

    name: str
    until: float
    tokens: int


class Caches:
    """`key` is never shown. `clock` gives seconds."""

    def __init__(self, key: str, settings: ServerSettings, purse: Purse, clock: Callable[[], float]) -> None:
        self._key = key
        self._settings = settings
        self._purse = purse
        self._clock = clock
        self._asked: dict[tuple[str, str], Asked] = {}
        self._kept: dict[tuple[str, str], Kept] = {}
        self._making: set[tuple[str, str]] = set()
        self._refused = False  # by the server, as to keys that pay nothing: it is not asked again

    async def holding(self, prompt: Prompt, api: Any, left_s: float) -> str:
        """The name of a cache that holds what the prompt begins with, instructions and page; empty if there is none."""
        terms, kept, now = self._settings.rent_terms(), self._kept.get(_front(prompt)), self._clock()
        if terms is None or not prompt.page:
            return ""
        if kept is not None and kept.until > now + MARGIN_S:
            return await self._renewed(prompt, kept, terms, api) if is_due(terms, kept.until, now) else kept.name
        asked = self._asked.get(_front(prompt), Asked())
        if self._refused or _front(prompt) in self._making or not pays(terms, asked, _tokens(prompt), now):
            return ""
        return await self._made(prompt, terms, api, left_s * MOST_OF_TIME)

    def answered(self, prompt: Prompt, usage: Usage) -> None:
        """Take note of what a question to the prompt's page was answered from."""
        if prompt.page and (terms := self._settings.rent_terms()):
            known = self._asked.get(_front(prompt), Asked())
            self._asked[_front(prompt)] = after(terms, known, _tokens(prompt), usage, self._clock())

    def gone(self, prompt: Prompt) -> None:
        """The server does not have the prompt's cache any more."""
        self._kept.pop(_front(prompt), None)

    async def close(self, api: Callable[[], Any]) -> None:
        """Delete what would be paid for until it lapses, as far as there is time."""
        left, self._kept = [kept for kept in self._kept.values() if kept.until > self._clock()], {}
        if left:
            await asyncio.gather(*(self._deleted(kept, api()) for kept in left))

    async def _deleted(self, kept: Kept, api: Any) -> None:
        try:
            await self._sent(lambda: api.delete(name=kept.name, config=_within(DELETED_WITHIN_S)))
        except Failed as failed:
            log.info("%s could not be deleted and will lapse: %s", kept.name, failed.said)

    async def _made(self, prompt: Prompt, terms: RentTerms, api: Any, within_s: float) -> str:
        front, tokens = _front(prompt), _tokens(prompt)
        call = self._call(prompt, "warm", tokens, terms.making_usd(tokens))
        contents = _contents(prompt, terms.life_s, within_s)
        self._making.add(front)
        try:
            async with self._purse.paying(call) as bill:
                made = await self._billed(lambda: api.create(model=self._settings.model, config=contents), bill)
                tokens = getattr(made.usage_metadata, "total_token_count", None) or tokens
                bill.usage, bill.cost_usd = Usage(cache_write=tokens), terms.making_usd(tokens)
        except OverBudget as error:
            log.info("no cache for page %s: %s", prompt.page[:12], error.what)
            return ""
        except Failed as failed:
            self._refused = not failed.passing or failed.status == 429
            log.info("no cache for page %s: %s", prompt.page[:12], failed.said)
            return ""
        finally:
            self._making.discard(front)
        self._kept[front] = Kept(made.name, self._clock() + terms.life_s, tokens)
        return str(made.name)

    async def _renewed(self, prompt: Prompt, kept: Kept, terms: RentTerms, api: Any) -> str:
        """The cache, kept for another life; if it cannot be, for as long as it is."""
        until = self._clock() + terms.life_s
        more_usd = terms.rent_usd(kept.tokens, until - kept.until)
        longer = {"ttl": _seconds(terms.life_s), **_within(RENEWED_WITHIN_S)}
        try:
            async with self._purse.paying(self._call(prompt, "refresh", kept.tokens, more_usd)) as bill:
                await self._billed(lambda: api.update(name=kept.name, config=longer), bill)
                bill.usage, bill.cost_usd = Usage(), more_usd
            self._kept[_front(prompt)] = Kept(kept.name, until, kept.tokens)
        except OverBudget as error:
            log.info("%s is not renewed: %s", kept.name, error.what)
        except Failed as failed:
            log.info("%s is not renewed: %s", kept.name, failed.said)
            if failed.status in GONE:
                self.gone(prompt)
                return ""
        return kept.name

    async def _billed(self, send: Send, bill: Bill) -> Any:
        """Of a request that timed out nobody knows what it cost; one that was refused is free."""
        try:
            return await self._sent(send)
        except Failed as failed:
            if failed.status:
                bill.was_free()
            raise

    async def _sent(self, send: Send) -> Any:
        import httpx2
        from google.genai import errors

        try:
            return await send()
        except (errors.APIError, httpx2.HTTPError, ValueError) as error:
            failed = failure_of(error, self._key)
        raise failed  # out here, as the SDK's error holds the request with its headers

    def _call(self, prompt: Prompt, purpose: str, tokens: int, most_usd: float) -> Call:
        return Call("", purpose, "gemini", self._settings.model, prompt.page, tokens, most_usd, self._settings.local)


def _front(prompt: Prompt) -> tuple[str, str]:
    return prompt.page, prompt.told


def _tokens(prompt: Prompt) -> int:
    return estimate_tokens(prompt.told) + estimate_tokens(prompt.read[0])


def _contents(prompt: Prompt, life_s: float, within_s: float) -> dict[str, Any]:
    return {
        "system_instruction": prompt.told,
        "contents": [{"role": "user", "parts": [{"text": prompt.read[0]}]}],
        "ttl": _seconds(life_s),
        "display_name": f"ifmem {prompt.page[:12]}",
        **_within(within_s),
    }


def _within(seconds: float) -> dict[str, Any]:
    return {"http_options": {"timeout": max(1, round(seconds * 1000))}}


def _seconds(duration: float) -> str:
    return f"{duration:.0f}s"
