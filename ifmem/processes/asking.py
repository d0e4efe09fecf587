"""The asker's side of the hand-off: put a question, hear what becomes of it, and never wait past its deadline."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from ifmem.core.keys import Keys
from ifmem.core.records import Answer, Progress, Query, new_id
from ifmem.errors import Exit, IfmemError
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus, BusLost
from ifmem.stores.hand_off import HandOff

OnProgress = Callable[[Progress], None]
LONGEST_QUESTION = 100_000  # characters; more is a document, not a question
GRACE_S = 2.0  # the coordinator answers at the deadline at the latest; its answer needs a moment to arrive
PAUSE_S = 0.1


class Asking:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.hand_off = HandOff(bus, keys)

    async def ask(self, query: Query, on_progress: OnProgress | None = None) -> Answer:
        """Put the question and wait for its answer. Raises IfmemError when the time is over."""
        return await self._wait(query.id, query.deadline, on_progress, query)

    async def submit(self, query: Query) -> None:
        """Put the question without waiting for its answer; a bus that is just being restarted is waited for."""
        await until_bus_answers(lambda: self.hand_off.ask(query), give_up_after_s=query.deadline - time.time())

    async def answer(self, query_id: str, deadline: float, on_progress: OnProgress | None = None) -> Answer | None:
        """The answer to a question put earlier; None if the bus does not know it."""
        left = deadline - time.time()
        if stored := await until_bus_answers(lambda: self.hand_off.stored_answer(query_id), give_up_after_s=left):
            return stored
        if not await until_bus_answers(lambda: self.hand_off.known(query_id), give_up_after_s=left):
            return None
        return await self._wait(query_id, deadline, on_progress, None)

    async def _wait(
        self, query_id: str, deadline: float, on_progress: OnProgress | None, query: Query | None
    ) -> Answer:
        """`query` is put first if it is given, and again if a bus that lost everything forgot it: a repeat changes nothing."""
        put = query is None
        while (left := deadline + GRACE_S - time.time()) > 0:
            try:
                if not put and query is not None:
                    put, message = True, await self.hand_off.ask_and_wait(query, wait_s=left)
                else:
                    message = await self.hand_off.message(query_id, wait_s=left)
                if message and (answer := _read(message, on_progress)):
                    return answer
                if not message and (stored := await self.hand_off.stored_answer(query_id)):
                    return stored  # somebody else who waits for it was faster
            except BusLost:
                await asyncio.sleep(PAUSE_S)
                with contextlib.suppress(BusLost):
                    if stored := await self.hand_off.stored_answer(query_id):
                        return stored
                    put = query is None or await self.hand_off.known(query_id)
        with contextlib.suppress(BusLost):
            if stored := await self.hand_off.stored_answer(query_id):
                return stored
        raise IfmemError(
            "no answer in time.",
            why="the question is still being worked on, or the set is in trouble: ifmem status",
            fix=f"Fetch the answer later: ifmem ask --resume {query_id}    More patience: --timeout SECONDS",
            exit_code=Exit.TIMED_OUT,
        )


def _read(message: dict[str, Any], on_progress: OnProgress | None) -> Answer | None:
    if message["kind"] == "answer":
        return Answer.from_dict(message["body"])
    if on_progress is not None and message["kind"] in ("progress", "text"):
        kind = "state" if message["kind"] == "progress" else "text"
        on_progress(Progress(kind, str(message["body"])))
    return None


def new_query(question: str, shards: Sequence[str], known: Sequence[str], timeout_s: float) -> Query:
    """A question that can be asked. Raises IfmemError (exit code 2) for one that cannot."""
    if not question.strip():
        raise IfmemError(
            "the question is empty.", fix='Ask something: ifmem ask "How does X work?"', exit_code=Exit.USAGE
        )
    if len(question) > LONGEST_QUESTION:
        raise IfmemError(
            f"the question is too long: {len(question):,} characters.",
            why=f"a question may have {LONGEST_QUESTION:,}",
            fix="Put the text into a file below the folder and ask about it",
            exit_code=Exit.USAGE,
        )
    for name in shards:
        if name not in known:
            raise IfmemError(
                f"there is no shard {name!r}.",
                why=f"the shards are: {', '.join(known)}",
                fix="Name one of them, or leave --shard out",
                exit_code=Exit.USAGE,
            )
    now = time.time()
    text = question.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent
    return Query(new_id("q"), text, shards=tuple(shards), asked_at=now, deadline=now + timeout_s)
