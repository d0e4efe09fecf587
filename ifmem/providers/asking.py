"""What providers that ask a model about pages have in common: several pages at once, asking again, scores that compare. No vendor here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol, TypeVar

from ifmem.core.concepts import search_terms
from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Usage
from ifmem.core.pages import Page
from ifmem.core.passages import Passage
from ifmem.core.scoring import fields_of, score
from ifmem.errors import IfmemError
from ifmem.providers.contract import Event, Quote, Request, Restart, Text
from ifmem.providers.several_pages import merge

log = logging.getLogger("ifmem")
ANSWER_IT = "\n\nAnswer the question itself."
AGAIN = {"cut off": "", "a sign-off": ANSWER_IT}  # what is asked again, once each, and what is added to the question
TAKEN_BACK = "the reply broke off and was asked for again"

Events = AsyncGenerator[Event, None]
Spoken = AsyncGenerator[Text | Quote, None]


class Reply(Protocol):
    """What a reply has turned out to be. `begun`: the model has said something; `shown`: the asker has seen some of it; `fault` is a
    key of `AGAIN` or empty."""

    @property
    def begun(self) -> bool: ...
    @property
    def shown(self) -> bool: ...
    @property
    def fault(self) -> str: ...
    def rest(self) -> Iterator[Text | Quote]: ...


R = TypeVar("R", bound=Reply)


async def ask_each(request: Request, ask: Callable[[Page | None], Events]) -> Events:
    """Ask every page of a request. One page is heard as it speaks; of several nothing can be shown before it is known which of them
    answer. A page that cannot be asked is left out as long as another can."""
    pages: Sequence[Page | None] = request.pages or ((None,) if request.overlay else ())
    if len(pages) == 1:
        async with aclosing(ask(pages[0])) as events:
            async for event in events:
                yield event
        return
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_whole(ask(page))) for page in pages]
    answers = [task.result() for task in asked]
    errors = [answer for answer in answers if isinstance(answer, IfmemError)]
    if errors and len(errors) == len(answers):
        raise errors[0]
    for event in merge([answer for answer in answers if not isinstance(answer, IfmemError)]):
        yield event


async def insist(
    question: str, left_s: float, exchange: Callable[[str, float], tuple[R, Spoken]], replies: list[R]
) -> AsyncGenerator[Text | Quote | Restart, None]:
    """Ask; once more if the reply was cut off, once more if it was a sign-off. `replies` is filled with those that began,
    and with the first in any case."""
    clock = asyncio.get_running_loop().time
    until = clock() + left_s
    again = dict(AGAIN)
    shown: R | None = None  # the reply whose text the asker sees
    while True:
        reply, events = exchange(question, max(0.0, until - clock()))
        async with aclosing(_tolerant(events, spent=bool(replies))) as spoken:
            async for event in spoken:
                if shown not in (None, reply):
                    yield Restart(TAKEN_BACK)
                shown = reply
                yield event
        if reply.begun or not replies:
            replies.append(reply)
        if replies[-1] is not reply or reply.fault not in again or clock() >= until:
            break
        log.warning("the reply was %s; asking again", reply.fault)
        question += again.pop(reply.fault)
    for event in replies[-1].rest():
        if shown not in (None, replies[-1]):
            yield Restart(TAKEN_BACK)
        shown = replies[-1]
        yield event


async def _whole(answering: Events) -> list[Event] | IfmemError:
    try:
        return [event async for event in answering]
    except IfmemError as error:
        return error


async def _tolerant(events: Spoken, *, spent: bool) -> Spoken:
    """The events; an error is passed on only while nothing has been spent that the receipt must tell of."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except IfmemError as error:
        if not spent:
            raise
        log.warning("could not ask again: %s %s", error.what, error.why)


def newer_of(request: Request, page: Page | None) -> list[Document]:
    """The overlay's documents that belong to a page: those that replace one of its own, with the first page also the new ones."""
    own = {entry.path for entry in page.table} if page else set()
    others = {entry.path for other in request.pages for entry in other.table} - own
    first = page is None or page is request.pages[0]
    return [one for one in request.overlay if one.path in own or (first and one.path not in others)]


def scored(event: Text | Quote | Restart, request: Request) -> Event:
    """A quote with the score that the extractive reader would give it: findings of all providers compare."""
    if not isinstance(event, Quote):
        return event
    return Quote(replace(event.citation, score=round(worth(event.citation, request), 3)))


def worth(citation: Citation, request: Request) -> float:
    weights = request.weights or dict.fromkeys(search_terms(request.question), 1.0)
    passage = Passage(citation.start_line, citation.end_line, citation.quote)
    return score(weights, fields_of(citation.path, passage)).value if weights else 0.0


def total(usages: Sequence[Usage]) -> Usage:
    added = Usage()
    for usage in usages:
        added = added.plus(usage)
    return added
