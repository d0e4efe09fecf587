"""Any server that speaks OpenAI's chat completions as a provider: OpenAI itself, DeepSeek, servers of one's own.

`openai` is an extra of the package and imported with the first question. Retries are ours alone, the SDK's are off. Fields that only
OpenAI's own server is sure to know are sent to nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

from ifmem.core.findings import Usage
from ifmem.providers.anthropic_calls import Sleep
from ifmem.providers.endpoint import Heard
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
from ifmem.providers.openai_compatible_events import ReplyEvents, failure_of
from ifmem.providers.spending import Purse

OPENAI = "https://api.openai.com/v1"
VARIABLE = "OPENAI_API_KEY"
NO_KEY = "none"  # the SDK wants a key, a server of one's own none
log = logging.getLogger("ifmem")


class OpenAICompatible(Numbered):
    def __init__(self, api_key: str, settings: ServerSettings, purse: Purse, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises IfmemError (exit code 2) if the extra is not installed."""
        demand_installed("openai", extra="openai")
        server = ChatCompletions(api_key, settings, sleep)
        super().__init__(server, purse)
        self.models = server.models


class ChatCompletions:
    """The server. The key is shown nowhere: no error, no log and no `repr` holds it."""

    name = "openai"

    def __init__(self, api_key: str, settings: ServerSettings, sleep: Sleep) -> None:
        self.model = settings.model
        self.local = settings.local
        self._key = api_key or NO_KEY
        self._settings = settings
        who = "OpenAI" if settings.base_url == OPENAI else settings.base_url
        self._server = Server(who, VARIABLE, settings.base_url, settings.model)
        self._sleep = sleep
        self._client: Any = None

    async def stream(self, prompt: Prompt, left_s: float) -> AsyncGenerator[Heard, None]:
        import httpx2
        import openai

        said = ReplyEvents()
        broke_off: Failed | None = None
        chunks = await self._open(prompt, left_s)
        try:
            async with chunks:
                async for chunk in chunks:
                    for heard in said.of(chunk):
                        yield heard
        except (openai.APIError, httpx2.HTTPError, *UNREADABLE) as error:
            broke_off = failure_of(error, self._key)
            log.info("%s: the stream broke off: %s", self.model, broke_off.said)
        if not said.begun:
            if broke_off is None:
                raise not_the_api(self._settings.base_url)
            raise await explain_with_models(broke_off, self._server, self.models)

    def most_usd(self, prompt: Prompt) -> float | None:
        return self._settings.most_usd(prompt)

    def cost_usd(self, usage: Usage) -> float | None:
        return self._settings.cost_usd(usage)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _open(self, prompt: Prompt, left_s: float) -> Any:
        """The stream of a reply."""
        import openai

        fields = fields_of(prompt, self._settings)

        async def send() -> Any:
            try:
                return await self._connected().chat.completions.create(**fields, stream=True, timeout=left_s)
            except (openai.APIError, *UNREADABLE) as error:
                failed = failure_of(error, self._key)
            raise failed  # out here, as the SDK's error holds the request with its headers

        try:
            return await retried(send, left_s, self._sleep)
        except Failed as failed:
            last = failed
        raise await explain_with_models(last, self._server, self.models)

    async def models(self) -> list[str]:
        """Those that the server says it has, which is free to ask. Raises IfmemError."""
        import openai

        try:
            return [str(one.id) async for one in self._connected().models.list(timeout=5.0)]
        except (openai.APIError, *UNREADABLE) as error:
            failed = failure_of(error, self._key)
        raise explain(failed, self._server)

    def _connected(self) -> Any:
        """This process's own client, made when first needed: a connection does not survive a fork."""
        import openai

        if self._client is None:
            self._client = openai.AsyncOpenAI(api_key=self._key, base_url=self._settings.base_url, max_retries=0)
        return self._client


def fields_of(prompt: Prompt, settings: ServerSettings) -> dict[str, Any]:
    """The fields of a request. A turn is one text: not every server takes several, or two turns of one side in a row."""
    at_home = settings.base_url == OPENAI
    turns = [{"role": role, "content": "\n\n".join(texts)} for role, texts in prompt.turns()]
    return {
        "model": settings.model,
        "messages": [{"role": "system", "content": prompt.told}, *turns],
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if at_home else "max_tokens": prompt.max_output_tokens + THINKING_TOKENS,
        **({"reasoning_effort": settings.effort} if settings.effort else {}),
        # Requests of one page are sent to where its prefix is cached.
        **({"prompt_cache_key": f"ifmem-{prompt.page[:32]}"} if at_home and prompt.page else {}),
    }
