"""A provider over any server that reads text and writes text: pages with numbered lines, citations asked for in the prompt.

Layout is in `numbered_prompt`, reading the citations in `numbered_citations`, asking again in `asking`; the server is an `Endpoint`.
Nothing is relied on but text: no prompt cache, no counting of tokens, no usage.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ifmem.core.findings import PageUse, Usage
from ifmem.core.pages import Page
from ifmem.core.prices import total_usd
from ifmem.errors import IfmemError
from ifmem.providers.anthropic_calls import NotBilled
from ifmem.providers.asking import Events, ask_each, insist, newer_of, scored, total, worth
from ifmem.providers.contract import Done, Event, Quote, Request, Text
from ifmem.providers.endpoint import Endpoint
from ifmem.providers.numbered_prompt import Prompt, lay_out
from ifmem.providers.numbered_reply import NumberedReply
from ifmem.providers.several_pages import NOTHING
from ifmem.providers.spending import Call, Purse
from ifmem.providers.warmth import Warmth

REMEMBERED_S = 300.0  # how long a server is taken to remember a page it has read
SMALL = 4_000  # tokens: a prompt below this is hardly ever too long for a server
READ_IN_FULL = 0.2  # the least share of the estimated tokens that a server counts if it has read all of a prompt


class Numbered:
    """Asks each page of a request on its own, all at once."""

    def __init__(self, endpoint: Endpoint, purse: Purse) -> None:
        self.name = endpoint.name
        self.model = endpoint.model
        self._endpoint = endpoint
        self._purse = purse
        self._warmth = Warmth(REMEMBERED_S)

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        async with aclosing(ask_each(request, lambda page: self._ask(request, page))) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        await self._endpoint.close()

    async def _ask(self, request: Request, page: Page | None) -> Events:
        newer = newer_of(request, page)
        sent = (*(page.documents if page else ()), *newer)
        replies: list[NumberedReply] = []

        def exchange(question: str, left_s: float) -> tuple[NumberedReply, AsyncGenerator[Text | Quote, None]]:
            reply = NumberedReply(sent)
            return reply, self._exchange(request, lay_out(request, page, newer, question), reply, left_s)

        async with aclosing(insist(request.question, request.deadline_s, exchange, replies)) as events:
            async for event in events:
                yield scored(event, request)
        done = self._done(request, page, replies)
        if replies[-1].cut_to is not None and not done.found:
            raise _read_a_part(self.model, replies[-1].cut_to)
        yield done

    async def _exchange(
        self, request: Request, prompt: Prompt, reply: NumberedReply, left_s: float
    ) -> AsyncGenerator[Text | Quote, None]:
        """Send one prompt when its page's turn has come and the purse pays for it."""
        call = Call(
            query_id=request.query_id,
            purpose="answer",
            provider=self.name,
            model=self.model,
            page=prompt.page,
            tokens=prompt.tokens,
            most_usd=self._endpoint.most_usd(prompt),
            local=self._endpoint.local,
        )
        first = not self._warmth.is_warm(prompt.page)
        async with self._warmth.turn(prompt.page) as begun, self._purse.paying(call) as bill:
            try:
                async with aclosing(self._endpoint.stream(prompt, left_s)) as heard:
                    async for one in heard:
                        begun()
                        for event in reply.take(one):
                            yield event
            except NotBilled:
                bill.was_free()
                raise
            finally:
                if reply.usage is not None:
                    bill.usage, bill.cost_usd = reply.usage, self._cost(reply)
                    # Later some count only what they read anew.
                    reply.cut_to = _cut_to(prompt, reply.usage) if first else None

    def _cost(self, reply: NumberedReply) -> float | None:
        return self._endpoint.cost_usd(reply.usage) if reply.usage else None

    def _done(self, request: Request, page: Page | None, replies: Sequence[NumberedReply]) -> Done:
        reply = replies[-1]
        return Done(
            found=bool(reply.quotes) and not reply.text.lstrip().startswith(NOTHING),
            stop="incomplete" if reply.fault else "truncated" if reply.cut_to is not None else reply.stop,
            score=max((worth(citation, request) for citation in reply.quotes), default=0.0),
            usage=total([one.usage or Usage() for one in replies]),
            cost_usd=total_usd(self._cost(one) for one in replies),
            pages=(PageUse(page.digest, replies[0].cache, page.tokens),) if page else (),
            asked_again=sum(one.signed_off for one in replies),
        )


def _cut_to(prompt: Prompt, usage: Usage) -> int | None:
    """The tokens that a server has read of a prompt which it cut without a word, as Ollama does; None if it has read all of it."""
    read = usage.input + usage.cache_write + usage.cache_read
    return read if prompt.tokens > SMALL and 0 < read < prompt.tokens * READ_IN_FULL else None


def _read_a_part(model: str, tokens: int) -> IfmemError:
    return IfmemError(
        f"the server of {model} cut what it was sent, and found no answer in the rest.",
        why=f"it counted {tokens} tokens, a small part of the page",
        fix="Let it read more at once (Ollama: OLLAMA_CONTEXT_LENGTH), or set a smaller page_tokens, then: ifmem restart",
    )
