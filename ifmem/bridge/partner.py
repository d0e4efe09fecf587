"""A provider that is a person's own agent session: questions go out as messages, answers come back as messages.

Named in a shard's table as `python:ifmem.bridge.partner:conv_…`: the attribute is the conversation, and what it is for is found in the
user's state. Runs inside a shard's process and imports no SDK. A session that is silent is told of at once, and nobody waits for it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable

from ifmem.bridge.correspondent import Correspondent
from ifmem.config.loading import load
from ifmem.core.correspondence import ID
from ifmem.core.documents import Document
from ifmem.core.partner_talk import Attachment
from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Event, Quote, Request
from ifmem.providers.extractive import Search
from ifmem.providers.numbered_citations import Citations
from ifmem.providers.sign_off import is_sign_off
from ifmem.stores import attachments

ASKED_AGAIN = 1


def __getattr__(name: str) -> Callable[[Search], Partner]:
    """The provider of a conversation: `ifmem.bridge.partner.conv_0123456789abcdef`."""
    if not ID.match(name):
        raise AttributeError(name)
    return lambda _search: Partner(attachments.of_conversation(load("/"), name))


class Partner:
    """Costs nothing here: whoever runs the session pays for it."""

    name = "partner"

    def __init__(self, attachment: Attachment) -> None:
        self.model = attachment.conversation
        self._shard = attachment.shard
        self._correspondent = Correspondent(attachment)

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        until = time.monotonic() + request.deadline_s
        asked_again = 0
        text = await self._ask(request, until, again=False)
        while is_sign_off(text) and asked_again < ASKED_AGAIN:
            asked_again += 1
            text = await self._ask(request, until, again=True)
        if is_sign_off(text):
            raise IfmemError(
                f"the session that is shard {self._shard} takes leave instead of answering.",
                fix=f"Paste this into it again: ifmem bridge prompt {self._shard}",
            )
        citations, found = Citations(_documents(request)), False
        for event in (*citations.take(text), *citations.rest()):
            found = found or isinstance(event, Quote)
            yield event
        yield Done(found, score=1.0 if found else 0.0, asked_again=asked_again)

    async def _ask(self, request: Request, until: float, *, again: bool) -> str:
        return await self._correspondent.ask(request.query_id, request.question, request.history, until, again=again)

    async def close(self) -> None:
        await self._correspondent.close()


def _documents(request: Request) -> list[Document]:
    """What the places in an answer may be in; newer texts come last."""
    return [*(document for page in request.pages for document in page.documents), *request.overlay]
