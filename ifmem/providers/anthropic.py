"""Claude as a provider: one request a page, kept hot in the vendor's prompt cache, native citations, streamed.

Prompt layout is in `anthropic_prompt`, reading a reply in `anthropic_reply`, connection and retries in `anthropic_calls`, waiting for a
cold page in `warmth`. What a call may cost is decided before it comes here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ifmem.core.cache_rules import LIVES_S
from ifmem.core.pages import Page
from ifmem.core.passages import Passage
from ifmem.core.prices import cost_usd
from ifmem.core.records import Citation, Document, PageUse, Usage
from ifmem.core.scoring import fields_of, score
from ifmem.core.text import question_terms
from ifmem.errors import IfmemError
from ifmem.providers.anthropic_calls import Calls, Sleep
from ifmem.providers.anthropic_prompt import Laid, lay_out_overlay, lay_out_page
from ifmem.providers.anthropic_reply import Reply
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.contract import Done, Event, Quote, Request, Text
from ifmem.providers.several_pages import NOTHING, merge
from ifmem.providers.warmth import Warmth

log = logging.getLogger("ifmem")
KEPT_PAGES = 32  # pages kept laid out
CITING = (
    "Cite with citations: they carry the path and the lines. Do not write line numbers yourself, you cannot see them."
)
BROKE_OFF = "\n\n(The reply broke off here. Asked again:)\n\n"
ANSWER_IT = "\n\nAnswer the question itself."
DEFAULTS = Settings()


class Anthropic:
    """Asks each page of a request on its own, all at once: a page is a prompt, and its prefix what the vendor caches."""

    name = "anthropic"

    def __init__(self, api_key: str, settings: Settings = DEFAULTS, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises IfmemError (exit code 4) for a key that cannot be one."""
        self.model = settings.model
        self._settings = settings
        self._calls = Calls(api_key, settings, sleep)
        self._warmth = Warmth(LIVES_S[settings.ttl])
        self._laid: dict[str, Laid] = {}

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        pages: Sequence[Page | None] = request.pages or ((None,) if request.overlay else ())
        if len(pages) == 1:
            async with aclosing(self._ask(request, pages[0])) as events:
                async for event in events:
                    yield event
            return
        for event in merge(await self._ask_each(request, pages)):
            yield event

    async def close(self) -> None:
        await self._calls.close()

    async def _ask_each(self, request: Request, pages: Sequence[Page | None]) -> list[list[Event]]:
        """What each page has to say, whole: until it is known which of them answer, none can be shown."""

        async def collect(page: Page | None) -> list[Event]:
            return [event async for event in self._ask(request, page)]

        asked = [asyncio.create_task(collect(page)) for page in pages]
        try:
            return await asyncio.gather(*asked)
        finally:
            for task in asked:
                task.cancel()

    async def _ask(self, request: Request, page: Page | None) -> AsyncGenerator[Event, None]:
        """Ask one page; once more if the reply was cut off, once more if it was a sign-off."""
        clock = asyncio.get_running_loop().time
        until = clock() + request.deadline_s
        laid = self._lay_out(page).then(lay_out_overlay(_newer(request, page), self._settings.ttl))
        replies: list[Reply] = []
        again = {"cut off": "", "a sign-off": ANSWER_IT}
        said = request.question
        while True:
            reply = Reply(laid.sent, known=[citation for one in replies for citation in one.quotes])
            fields = self._fields(request, laid, said)
            async with (
                self._warmth.turn(page.digest if page else "") as begun,
                aclosing(self._calls.stream(fields, max(0.0, until - clock()))) as events,
            ):
                async for event in _tolerant(events, spent=bool(replies)):
                    begun()
                    for ours in reply.take(event):
                        yield _scored(ours, request)
            replies.append(reply)
            if reply.fault not in again or clock() >= until:
                break
            log.warning("%s: the reply was %s; asking again", self.model, reply.fault)
            said += again.pop(reply.fault)
            if reply.shown:
                yield Text(BROKE_OFF)
        for text in replies[-1].rest():
            yield text
        yield self._done(request, page, replies)

    def _lay_out(self, page: Page | None) -> Laid:
        if page is None:
            return Laid()
        laid = self._laid.pop(page.digest, None) or lay_out_page(page, self._settings.ttl)
        self._laid[page.digest] = laid  # at the end: the first is the one not asked for longest
        if len(self._laid) > KEPT_PAGES:
            del self._laid[next(iter(self._laid))]
        return laid

    def _fields(self, request: Request, laid: Laid, said: str) -> dict[str, Any]:
        told = f"{request.instructions.strip()}\n\n{CITING}".lstrip()
        return {
            **self._settings.fields(request.max_output_tokens),
            "system": [{"type": "text", "text": told}],
            "messages": [{"role": "user", "content": [*laid.blocks, {"type": "text", "text": said}]}],
        }

    def _done(self, request: Request, page: Page | None, replies: Sequence[Reply]) -> Done:
        reply = replies[-1]
        quotes = [citation for one in replies for citation in one.quotes]
        costs = (cost_usd(self.model, one.usage, one.prompt_tokens, self._settings.ttl) for one in replies)
        return Done(
            found=bool(quotes) and not reply.text.lstrip().startswith(NOTHING),
            stop="incomplete" if reply.fault else reply.stop,
            score=max((_worth(citation, request) for citation in quotes), default=0.0),
            usage=_total([one.usage for one in replies]),
            cost_usd=sum(cost or 0.0 for cost in costs),
            pages=(PageUse(page.digest, _cache_of(replies[0].usage), page.tokens),) if page else (),
        )


def _newer(request: Request, page: Page | None) -> list[Document]:
    """The overlay's documents that belong to a page: those that replace one of its own, with the first page also the new ones."""
    own = {entry.path for entry in page.table} if page else set()
    others = {entry.path for other in request.pages for entry in other.table} - own
    first = page is None or page is request.pages[0]
    return [one for one in request.overlay if one.path in own or (first and one.path not in others)]


async def _tolerant(events: AsyncIterator[Any], *, spent: bool) -> AsyncIterator[Any]:
    """The events; an error is passed on only while nothing has been spent that the receipt must tell of."""
    try:
        async for event in events:
            yield event
    except IfmemError as error:
        if not spent:
            raise
        log.warning("could not ask again: %s %s", error.what, error.why)


def _scored(event: Text | Quote, request: Request) -> Text | Quote:
    """A quote with the score that the extractive reader would give it: findings of all providers compare."""
    if isinstance(event, Text):
        return event
    return Quote(replace(event.citation, score=round(_worth(event.citation, request), 3)))


def _worth(citation: Citation, request: Request) -> float:
    weights = request.weights or dict.fromkeys(question_terms(request.question), 1.0)
    passage = Passage(citation.start_line, citation.end_line, citation.quote)
    return score(weights, fields_of(citation.path, passage)).value if weights else 0.0


def _total(usages: Sequence[Usage]) -> Usage:
    total = Usage()
    for usage in usages:
        total = total.plus(usage)
    return total


def _cache_of(usage: Usage) -> str:
    """What the cache did for a page. `none`: too short to be cached, or a server that does not say."""
    return "warm" if usage.cache_read else "cold" if usage.cache_write else "none"
