"""Google's Gemini as a provider, over generate_content. A page that stands in front is found in its implicit cache or it is not; where it
is not, and that costs more than rent, an explicit one is made (`gemini_caches`).

`google-genai` is an extra of the package and imported with the first question. Retries are ours alone, the SDK's are off.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ifmem.core.findings import Usage
from ifmem.providers.anthropic_calls import Sleep
from ifmem.providers.endpoint import Heard, Used
from ifmem.providers.gemini_caches import GONE, Caches
from ifmem.providers.gemini_events import ReplyEvents, failure_of
from ifmem.providers.numbered import Numbered
from ifmem.providers.numbered_failures import (
    UNREADABLE,
    Failed,
    Server,
    demand_installed,
    explain,
    explain_with_models,
    not_the_api,
    retried,
)
from ifmem.providers.numbered_prompt import Prompt
from ifmem.providers.numbered_settings import THINKING_TOKENS, ServerSettings
from ifmem.providers.spending import Purse

GOOGLE = "https://generativelanguage.googleapis.com"
VARIABLE = "GEMINI_API_KEY"
ROLES = {"user": "user", "assistant": "model"}
log = logging.getLogger("ifmem")


class Gemini(Numbered):
    def __init__(
        self,
        api_key: str,
        settings: ServerSettings,
        purse: Purse,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises IfmemError (exit code 2) if the extra is not installed."""
        demand_installed("google.genai", extra="gemini")
        server = GenerateContent(api_key, settings, sleep, Caches(api_key, settings, purse, clock))
        super().__init__(server, purse)
        self.models = server.models


class GenerateContent:
    """The server. The key is shown nowhere: no error, no log and no `repr` holds it."""

    name = "gemini"

    def __init__(self, api_key: str, settings: ServerSettings, sleep: Sleep, caches: Caches) -> None:
        self.model = settings.model
        self.local = settings.local
        self._key = api_key
        self._settings = settings
        who = "Google" if settings.base_url == GOOGLE else settings.base_url
        self._server = Server(who, VARIABLE, settings.base_url, settings.model)
        self._sleep = sleep
        self._caches = caches
        self._http: Any = None
        self._client: Any = None

    async def stream(self, prompt: Prompt, left_s: float) -> AsyncGenerator[Heard, None]:
        import httpx2
        from google.genai import errors

        said = ReplyEvents()
        broke_off: Failed | None = None
        used: Usage | None = None
        first, chunks = await self._open(prompt, left_s)
        try:
            async with aclosing(_chain(first, chunks)) as heard_of:
                async for chunk in heard_of:
                    for heard in said.of(chunk):
                        yield heard
                        used = heard.usage if isinstance(heard, Used) else used
        except (errors.APIError, httpx2.HTTPError, *UNREADABLE) as error:
            broke_off = failure_of(error, self._key)
            log.info("%s: the stream broke off: %s", self.model, broke_off.said)
        if used is not None:
            self._caches.answered(prompt, used)
        if not said.begun:
            if broke_off is None:
                raise not_the_api(self._settings.base_url)
            raise await explain_with_models(broke_off, self._server, self.models)

    def most_usd(self, prompt: Prompt) -> float | None:
        return self._settings.most_usd(prompt)

    def cost_usd(self, usage: Usage) -> float | None:
        return self._settings.cost_usd(usage)

    async def close(self) -> None:
        await self._caches.close(lambda: self._connected().caches)
        http, self._http, self._client = self._http, None, None
        if http is not None:
            await http.aclose()

    async def _open(self, prompt: Prompt, left_s: float) -> Any:
        """The first chunk of a reply, None if there is none, and the stream of the others."""
        clock = asyncio.get_running_loop().time
        until = clock() + left_s
        cache = await self._caches.holding(prompt, self._connected().caches, left_s)
        try:
            return await self._sent(prompt, until - clock(), cache)
        except Failed as failed:
            last = failed
        if cache and last.status in GONE:
            self._caches.gone(prompt)
            try:
                return await self._sent(prompt, until - clock(), "")
            except Failed as failed:
                last = failed
        raise await explain_with_models(last, self._server, self.models)

    async def _sent(self, prompt: Prompt, left_s: float, cache: str) -> Any:
        """Raises the last Failed."""
        import httpx2
        from google.genai import errors

        fields = self._fields(prompt, left_s, cache)

        async def send() -> Any:
            try:
                chunks = await self._connected().models.generate_content_stream(**fields)
                return await anext(chunks, None), chunks  # nothing is sent before the first chunk is asked for
            except (errors.APIError, httpx2.HTTPError, *UNREADABLE) as error:
                failed = failure_of(error, self._key)
            raise failed  # out here, as the SDK's error holds the request with its headers

        return await retried(send, left_s, self._sleep)

    def _fields(self, prompt: Prompt, left_s: float, cache: str) -> dict[str, Any]:
        """A cache holds the instructions and the page: they are not said again."""
        thinking = {"thinking_config": {"thinking_level": self._settings.effort}} if self._settings.effort else {}
        front = {"cached_content": cache} if cache else {"system_instruction": prompt.told}
        turns = replace(prompt, read=prompt.read[1:]).turns() if cache else prompt.turns()
        return {
            "model": self.model,
            "contents": [{"role": ROLES[role], "parts": [{"text": text} for text in texts]} for role, texts in turns],
            "config": {
                **front,
                "max_output_tokens": prompt.max_output_tokens + THINKING_TOKENS,
                "automatic_function_calling": {"disable": True},
                "automatic_continuation": False,  # the SDK would send again what broke off, and nobody would have paid for it
                "http_options": {"timeout": max(1, round(left_s * 1000))},
                **thinking,
            },
        }

    async def models(self) -> list[str]:
        """Those that the server says it has, which is free to ask. Raises IfmemError."""
        import httpx2
        from google.genai import errors

        try:
            pager = await self._connected().models.list(config={"http_options": {"timeout": 5_000}})
            return [str(one.name).removeprefix("models/") async for one in pager]
        except (errors.APIError, httpx2.HTTPError, *UNREADABLE) as error:
            failed = failure_of(error, self._key)
        raise explain(failed, self._server)

    def _connected(self) -> Any:
        """This process's own client, made when first needed: a connection does not survive a fork."""
        import httpx2
        from google import genai

        if self._client is None:
            self._http = httpx2.AsyncClient(follow_redirects=True)
            options = genai.types.HttpOptions(base_url=self._settings.base_url, httpx_async_client=self._http)
            # What the environment says of Google's other platform does not apply: the server is the one that was named.
            self._client = genai.Client(api_key=self._key, vertexai=False, http_options=options).aio
        return self._client


async def _chain(first: Any, others: Any) -> AsyncGenerator[Any, None]:
    async with aclosing(others):
        if first is not None:
            yield first
        async for one in others:
            yield one
