"""Claude as a provider: one request a page, kept hot in the vendor's prompt cache, native citations, streamed.

Prompt layout is in `anthropic_prompt`, reading a reply in `anthropic_reply`, connection and retries in `anthropic_calls`, waiting for a
cold page in `warmth`, what is decided for a warm one in `warming`. Nothing is sent that the purse does not pay for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import replace
from typing import Any

from ifmem.core.addresses import is_near
from ifmem.core.cache_rules import LIVES_S
from ifmem.core.findings import PageUse, Usage
from ifmem.core.pages import Page
from ifmem.core.prices import cost_usd, model_named, total_usd
from ifmem.core.tokens import estimate_tokens
from ifmem.core.warmth_terms import LONG
from ifmem.providers.anthropic_calls import Calls, NotBilled, Sleep
from ifmem.providers.anthropic_prompt import Laid, for_life
from ifmem.providers.anthropic_reply import Reply
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.anthropic_turns import turns
from ifmem.providers.asking import Events, Spoken, ask_each, insist, scored, total, worth
from ifmem.providers.contract import Done, Event, Request
from ifmem.providers.laying_out import Layouts, changed_texts
from ifmem.providers.several_pages import NOTHING
from ifmem.providers.spending import Call, Purse
from ifmem.providers.warming import Clock, Keeper, Sending
from ifmem.providers.warmth import Warmth

OWN_TOKENS = 1_000  # what the vendor adds for citations and the shape of a request, amply
CITING = (
    "Cite with citations: they carry the path and the lines. Do not write line numbers yourself, you cannot see them."
)
READY = "Ready?"  # said to a page that is only to be kept warm
WARM_WITHIN_S = 60.0


class Anthropic:
    """Asks each page of a request on its own, all at once: a page is a prompt, and its prefix what the vendor caches."""

    name = "anthropic"

    def __init__(
        self,
        api_key: str,
        settings: Settings,
        purse: Purse,
        *,
        keep_warm: bool = False,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        """`keep_warm` leaves the life of cache entries to the policy; a model without a known price has none. `clock` is what that
        and the vendor's limits are timed by. Raises IfmemError (exit code 4) for a key that cannot be one."""
        self.model = settings.model
        self._settings = settings
        self._purse = purse
        self._calls = Calls(api_key, settings, sleep, clock)
        model = model_named(settings.model)
        self.keeper = Keeper(model, clock) if keep_warm and model else None
        self._dearest = replace(settings, ttl=LONG) if self.keeper else settings
        self._warmth = Warmth(LIVES_S[settings.ttl])
        self._layouts = Layouts(settings.ttl)

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        async with aclosing(ask_each(request, lambda page: self._ask(request, page))) as events:
            async for event in events:
                yield event

    async def warm(self, page: Page, instructions: str, *, refresh: bool = False) -> Usage:
        """One token in reply to the page's own prefix. `max_tokens` 0 would do, but not with every model."""
        request = Request(READY, instructions, (page,), deadline_s=WARM_WITHIN_S)
        laid = self._layouts.of_page(page)
        reply = Reply(laid.cited)
        fields = {**self._fields(request, laid, READY), "max_tokens": 1}
        purpose = "refresh" if refresh else "warm"
        async with aclosing(self._exchange(request, page, fields, reply, WARM_WITHIN_S, purpose)) as events:
            async for _ in events:
                pass
        return reply.usage

    async def close(self) -> None:
        await self._calls.close()

    async def _ask(self, request: Request, page: Page | None) -> Events:
        laid = self._layouts.of(request, page)
        replies: list[Reply] = []

        def exchange(question: str, left_s: float) -> tuple[Reply, Spoken]:
            reply = Reply(laid.cited)
            return reply, self._exchange(request, page, self._fields(request, laid, question), reply, left_s)

        async with aclosing(insist(request.question, request.deadline_s, exchange, replies)) as events:
            async for event in events:
                yield scored(event, request)
        yield self._done(request, page, replies)

    async def _exchange(
        self,
        request: Request,
        page: Page | None,
        fields: dict[str, Any],
        reply: Reply,
        left_s: float,
        purpose: str = "answer",
    ) -> Spoken:
        """Send one request when its page's turn has come and the purse pays for it."""
        digest = page.digest if page else ""
        call = self._call(request, page, fields, purpose)
        async with self._warmth.turn(digest) as begun, self._purse.paying(call) as bill:
            unread = 0 if self._warmth.is_warm(digest) else call.tokens
            try:
                with self._sending(page, purpose) as sending:
                    reply.life = sending.life
                    events = self._calls.stream(for_life(fields, sending.life), left_s, unread)
                    async with aclosing(events):
                        async for event in events:
                            begun()
                            sending.begun()
                            for ours in reply.take(event):
                                yield ours
                    sending.used(reply.usage)
            except NotBilled:
                bill.was_free()
                raise
            finally:
                if reply.begun:
                    bill.usage, bill.cost_usd = reply.usage, self._cost(reply)

    def _sending(self, page: Page | None, purpose: str) -> AbstractContextManager[Sending]:
        if page is None or self.keeper is None:
            return nullcontext(Sending(self._settings.ttl))
        return self.keeper.refreshing(page) if purpose == "refresh" else self.keeper.sending(page)

    def _call(self, request: Request, page: Page | None, fields: dict[str, Any], purpose: str) -> Call:
        earlier = (text for turn in request.history for text in (turn.question, turn.answer))
        said = (request.instructions, request.question, *earlier, *changed_texts(request, page))
        tokens = (page.tokens if page else 0) + sum(map(estimate_tokens, said)) + OWN_TOKENS
        return Call(
            query_id=request.query_id,
            purpose=purpose,
            provider=self.name,
            model=self.model,
            page=page.digest if page else "",
            tokens=tokens,
            most_usd=self._dearest.most_usd(tokens, fields["max_tokens"]),
            local=is_near(self._settings.base_url),
        )

    def _fields(self, request: Request, laid: Laid, said: str) -> dict[str, Any]:
        told = f"{request.instructions.strip()}\n\n{CITING}".lstrip()
        return {
            **self._settings.fields(request.max_output_tokens),
            "system": [{"type": "text", "text": told}],
            "messages": turns(request.history, said, opening=laid.blocks),
        }

    def _cost(self, reply: Reply) -> float | None:
        """None for a reply that was cut off: what the vendor counted in the end was never heard."""
        if reply.fault == "cut off":
            return None
        return cost_usd(self.model, reply.usage, reply.prompt_tokens, reply.life or self._settings.ttl)

    def _done(self, request: Request, page: Page | None, replies: Sequence[Reply]) -> Done:
        reply = replies[-1]
        return Done(
            found=bool(reply.quotes) and not reply.text.lstrip().startswith(NOTHING),
            stop="incomplete" if reply.fault else reply.stop,
            score=max((worth(citation, request) for citation in reply.quotes), default=0.0),
            usage=total([one.usage for one in replies]),
            cost_usd=total_usd(self._cost(one) for one in replies),
            pages=(PageUse(page.digest, _cache_of(replies[0].usage), page.tokens),) if page else (),
            asked_again=sum(one.signed_off for one in replies),
        )


def _cache_of(usage: Usage) -> str:
    """What the cache did for a page. `none`: too short to be cached, or a server that does not say."""
    return "warm" if usage.cache_read else "cold" if usage.cache_write else "none"
