"""Calls to the Messages API: the client, its key, retries and deadlines.

The SDK takes a second to import: it is imported with the first question, or preloaded. Retries are tenacity's alone, the SDK's are off.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay

from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic_errors import explain, is_passing, not_the_api, wait_s
from ifmem.providers.anthropic_settings import VENDOR, Settings
from ifmem.providers.pace import Pace

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
log = logging.getLogger("ifmem")
ATTEMPTS = 4


class NotBilled(IfmemError):
    """The request was refused or never arrived: it cost nothing."""


class Calls:
    """Streams replies. The key is shown nowhere: no error, no log and no `repr` holds it."""

    def __init__(self, api_key: str, settings: Settings, sleep: Sleep, clock: Clock = time.monotonic) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            fix = "Set ANTHROPIC_API_KEY to the key alone: no spaces, no quotes, no line ends"
            raise IfmemError("the Anthropic key is not a key.", fix=fix, exit_code=Exit.CREDENTIALS)
        self._key = api_key
        self._settings = settings
        self._sleep = sleep
        self._clock = clock
        self._pace = Pace()
        self._client: Any = None

    async def stream(self, fields: dict[str, Any], left_s: float, unread: int = 0) -> AsyncGenerator[Any, None]:
        """The events of one reply; one that breaks off just ends. Raises IfmemError if it cannot be had within `left_s`.

        `unread` is how many tokens of it the vendor will not find in its cache: it waits until the rate limit has room for them.
        """
        import anthropic
        import httpx2

        begun = False
        stream = await self._open(fields, left_s - await self._await_room(unread, left_s))
        try:
            async with stream:
                async for event in stream:
                    begun = True
                    yield event
        except (anthropic.APIError, httpx2.HTTPError, ValueError) as error:
            log.info("%s: the stream broke off: %s", self._settings.model, self._without_key(str(error)))
            return
        if not begun:
            raise not_the_api(self._settings.base_url)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _await_room(self, tokens: int, left_s: float) -> float:
        """Wait for the rate limit, and tell how long; not at all where that takes longer than there is."""
        wait_s = self._pace.wait_s(tokens, self._clock())
        if not 0 < wait_s < left_s:
            wait_s = 0.0
        self._pace = self._pace.sent(tokens, self._clock() + wait_s)
        if wait_s:
            await self._sleep(wait_s)
        return wait_s

    async def _open(self, fields: dict[str, Any], left_s: float) -> Any:
        """The stream of a reply. Passing errors are tried again while there is time."""
        import anthropic

        attempts = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(left_s),
            wait=wait_s,
            retry=retry_if_exception(is_passing),
            sleep=self._sleep,
            reraise=True,
        )

        async def send() -> Any:
            stream = await self._connected().messages.create(**fields, stream=True, timeout=left_s)
            self._pace = self._pace.heard(stream.response.headers, self._clock())
            return stream

        try:
            return await attempts(send)
        except anthropic.APIError as error:
            told = explain(error, self._settings.model, self._settings.base_url)
            # That one may be billed, though nobody heard the reply.
            if not isinstance(error, anthropic.APITimeoutError):
                told = NotBilled(told.what, why=told.why, fix=told.fix, exit_code=told.exit_code)
        told.why = self._without_key(told.why)
        raise told  # out here, as the SDK's error holds the request with its headers

    def _connected(self) -> Any:
        """This process's own client, made when first needed: a connection does not survive a fork."""
        import anthropic

        if self._client is None:
            url = self._settings.base_url
            # The only header for a key that some imitations know.
            older = {} if url == VENDOR else {"X-Api-Key": self._key}
            self._client = anthropic.AsyncAnthropic(
                api_key=self._key, base_url=url, max_retries=0, open_telemetry=False, default_headers=older
            )
        return self._client

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "(the key)")
