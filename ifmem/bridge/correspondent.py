"""The shard's side of its conversation: several questions out at once, each answer to whoever asked.

Answers that come for a question nobody here has asked yet are kept: after a restart the shard is handed the same question again, and the
session has answered its predecessor.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ifmem.core.correspondence import Window
from ifmem.core.partner_talk import (
    CONTROL,
    QUERY,
    RESPONSE,
    Attachment,
    Response,
    again_body,
    query_body,
    read_response,
    silence,
)
from ifmem.core.queries import Turn
from ifmem.errors import IfmemError
from ifmem.stores.arrivals import Arrivals
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Conversations, Participant
from ifmem.stores.messages import Messages

LOOK_EVERY_S = 0.02
LOOK_FOR_LIFE_EVERY_S = 2.0
KEPT = 100
NO_LIMIT = (Window(60.0, 100_000),)  # the coordinator decides how much is asked


class Correspondent:
    """Belongs to one event loop. Reads mail only while somebody waits for an answer."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self._file = BridgeFile(Path(attachment.store))
        self._conversations = Conversations(self._file, expiry_s=1.0)
        self._messages = Messages(self._file, NO_LIMIT)
        self._reader = secrets.token_hex(8)
        self._waiting: OrderedDict[str, asyncio.Future[str]] = OrderedDict()
        self._early: OrderedDict[str, str] = OrderedDict()
        self._reading: asyncio.Task[None] | None = None

    async def ask(
        self, query_id: str, question: str, history: Sequence[Turn], until: float, *, again: bool = False
    ) -> str:
        """The answer's text. Raises IfmemError as soon as the session is silent, TimeoutError at `until` (monotonic)."""
        who = await asyncio.to_thread(self._enter)
        if not again and query_id in self._early:
            return self._early.pop(query_id)
        answer = self._waiting.setdefault(query_id, asyncio.get_running_loop().create_future())
        try:
            body = again_body(query_id) if again else query_body(query_id, question, until - time.monotonic(), history)
            await asyncio.to_thread(self._messages.send, who, CONTROL if again else QUERY, body)
            self._read_on(who)
            async with asyncio.timeout(until - time.monotonic()):
                return await self._answer_or_silence(who, answer)
        finally:
            self._waiting.pop(query_id, None)

    def _enter(self) -> Participant:
        who = self._conversations.enter(self._attachment.conversation, self._attachment.token)
        self._check_life(who)
        return who

    def _check_life(self, who: Participant) -> None:
        partner = self._conversations.partner_of(who)
        now = time.time()
        if not partner.is_alive(now, self._attachment.alive_s):
            why, fix = silence(self._attachment, partner, now)
            raise IfmemError(f"the session that is shard {self._attachment.shard} is silent.", why=why, fix=fix)

    async def _answer_or_silence(self, who: Participant, answer: asyncio.Future[str]) -> str:
        while True:
            done, _ = await asyncio.wait((answer,), timeout=LOOK_FOR_LIFE_EVERY_S)
            if done:
                return answer.result()
            await asyncio.to_thread(self._check_life, who)

    def _read_on(self, who: Participant) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(who))

    async def _read(self, who: Participant) -> None:
        with contextlib.closing(Arrivals(self._file.path)) as arrivals:
            taken = await self._take(who)
            while self._waiting:
                if arrivals.new() or not taken:
                    taken = await self._take(who)
                await asyncio.sleep(LOOK_EVERY_S)

    async def _take(self, who: Participant) -> bool:
        """Read all mail; False if the store was busy."""
        try:
            while await asyncio.to_thread(self._messages.unread, who):
                batch = await asyncio.to_thread(partial(self._messages.hand_out, who, self._reader))
                for message in batch.messages:
                    if message.kind == RESPONSE:
                        self._deliver(read_response(message.text))
        except IfmemError:
            return False
        return True

    def _deliver(self, response: Response) -> None:
        """To whoever asked; an answer that does not say for which question is for the oldest."""
        query_id = response.query_id or next(iter(self._waiting), "")
        waiting = self._waiting.get(query_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(response.text)
        elif query_id:
            self._early[query_id] = response.text
            while len(self._early) > KEPT:
                self._early.popitem(last=False)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        await asyncio.to_thread(self._file.close)
