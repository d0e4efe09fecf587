"""Claude as the one who makes one answer of what several shards found: cited, streamed, paid for by the purse.

How findings are laid out is in `anthropic_findings`, reading a reply in `anthropic_reply`, asking again in `asking`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from ifmem.core.addresses import is_near
from ifmem.core.prices import cost_usd, total_usd
from ifmem.core.tokens import estimate_tokens
from ifmem.providers.anthropic_calls import Calls, NotBilled, Sleep
from ifmem.providers.anthropic_findings import LaidFindings, lay_out_findings
from ifmem.providers.anthropic_reply import Reply
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.anthropic_turns import turns
from ifmem.providers.asking import Spoken, insist, total
from ifmem.providers.contract import Done, Event, Synthesis
from ifmem.providers.several_pages import NOTHING
from ifmem.providers.spending import Call, Purse

OWN_TOKENS = 1_000  # what the vendor adds for citations and the shape of a request, amply
CITING = (
    "Cite with citations, for every statement the quote that bears it: they carry the path and the lines. "
    "Do not write paths and line numbers yourself."
)


class AnthropicSynthesiser:
    name = "anthropic"

    def __init__(self, api_key: str, settings: Settings, purse: Purse, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises IfmemError (exit code 4) for a key that cannot be one."""
        self.model = settings.model
        self._settings = settings
        self._purse = purse
        self._calls = Calls(api_key, settings, sleep)

    async def synthesise(self, request: Synthesis) -> AsyncGenerator[Event, None]:
        """Stream the answer. Raises IfmemError if the model could not be asked at all."""
        laid = lay_out_findings(request.findings)
        replies: list[Reply] = []

        def exchange(question: str, left_s: float) -> tuple[Reply, Spoken]:
            reply = Reply(laid.cited)
            return reply, self._exchange(request, self._fields(request, laid, question), reply, left_s)

        async with aclosing(insist(request.question, request.deadline_s, exchange, replies)) as events:
            async for event in events:
                yield event
        yield self._done(replies)

    async def close(self) -> None:
        await self._calls.close()

    async def _exchange(self, request: Synthesis, fields: dict[str, Any], reply: Reply, left_s: float) -> Spoken:
        """Send one request that the purse pays for."""
        async with self._purse.paying(self._call(request, fields)) as bill:
            try:
                async with aclosing(self._calls.stream(fields, left_s)) as events:
                    async for event in events:
                        for ours in reply.take(event):
                            yield ours
            except NotBilled:
                bill.was_free()
                raise
            finally:
                if reply.begun:
                    bill.usage, bill.cost_usd = reply.usage, self._cost(reply)

    def _fields(self, request: Synthesis, laid: LaidFindings, question: str) -> dict[str, Any]:
        return {
            **self._settings.fields(request.max_output_tokens),
            "system": [{"type": "text", "text": f"{request.instructions.strip()}\n\n{CITING}".lstrip()}],
            "messages": turns(request.history, question, closing=laid.blocks),
        }

    def _call(self, request: Synthesis, fields: dict[str, Any]) -> Call:
        tokens = estimate_tokens(json.dumps(fields, ensure_ascii=False)) + OWN_TOKENS
        return Call(
            query_id=request.query_id,
            purpose="synthesis",
            provider=self.name,
            model=self.model,
            tokens=tokens,
            most_usd=self._settings.most_usd(tokens, fields["max_tokens"]),
            local=is_near(self._settings.base_url),
        )

    def _cost(self, reply: Reply) -> float | None:
        return cost_usd(self.model, reply.usage, reply.prompt_tokens, self._settings.ttl)

    def _done(self, replies: Sequence[Reply]) -> Done:
        reply = replies[-1]
        return Done(
            found=bool(reply.quotes) and not reply.text.lstrip().startswith(NOTHING),
            stop="incomplete" if reply.fault else reply.stop,
            usage=total([one.usage for one in replies]),
            cost_usd=total_usd(self._cost(one) for one in replies),
            asked_again=sum(one.signed_off for one in replies),
        )
