"""The asker's side of the hand-off: put a question, hear what becomes of it, and never wait past its deadline."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ifmem.core.answers import Answer, Progress
from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.core.strictness import LONGEST_QUESTION, Refused, take
from ifmem.errors import Exit, IfmemError
from ifmem.processes.outage import Outage
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.dead_letters import DeadLetters
from ifmem.stores.inquiries import MOST_WAITING, Inquiries

OnProgress = Callable[[Progress], None]
GRACE_S = 2.0  # the coordinator answers at the deadline at the latest; its answer needs a moment to arrive
PAUSE_S = 0.1
LAST_LOOK_S = 0.5  # for an answer that came at the last moment
STILL = "nobody says why: ifmem status"
PROGRESS = {"progress": "state", "text": "text", "restart": "restart"}  # what is on the bus to what an asker hears


class Asking:
    def __init__(
        self, bus: Bus, keys: Keys, most_waiting: int = MOST_WAITING, trouble: Callable[[], str] = lambda: ""
    ) -> None:
        """More than `most_waiting` questions in a queue are not taken: whoever asks then is told that it is busy. `trouble` says what is
        known to be wrong with the set, to those who have no answer in time."""
        self.inquiries = Inquiries(bus, keys, most_waiting)
        self.dead_letters = DeadLetters(bus, keys)
        self._trouble = trouble

    async def ask(self, query: Query, on_progress: OnProgress | None = None) -> Answer:
        """Put the question and wait for its answer. Raises IfmemError when the time is over."""
        return await self._wait(query.id, query.deadline, on_progress, query)

    async def submit(self, query: Query) -> None:
        """Put the question without waiting for its answer; a bus that is just being restarted is waited for."""
        await until_bus_answers(lambda: self.inquiries.ask(query), give_up_after_s=query.deadline - time.time())

    async def answer(self, query_id: str, deadline: float, on_progress: OnProgress | None = None) -> Answer | None:
        """The answer to a question put earlier; None if the bus does not know it."""
        left = deadline - time.time()
        if stored := await until_bus_answers(lambda: self.inquiries.stored_answer(query_id), give_up_after_s=left):
            return stored
        if not await until_bus_answers(lambda: self.inquiries.known(query_id), give_up_after_s=left):
            return None
        return await self._wait(query_id, deadline, on_progress, None)

    async def retry(self, query_id: str, timeout_s: float) -> str:
        """Put a question that was given up once more, as a new one; returns its id. Raises IfmemError if it is not among the dead."""
        query, now = await self.inquiries.read_query(query_id), time.time()
        if query is not None:
            again = replace(query, id=new_id("q"), asked_at=now, deadline=now + timeout_s, boot="")
            if await self.dead_letters.retry(query_id, again):
                return again.id
        raise IfmemError(
            f"{query_id!r} is not among the questions that were given up.",
            why="it was asked again already, it was never given up, or the bus no longer has it",
            fix="See which were: ifmem dead",
            exit_code=Exit.USAGE,
        )

    async def _wait(
        self, query_id: str, deadline: float, on_progress: OnProgress | None, query: Query | None
    ) -> Answer:
        """`query` is put first if it is given. However the bus hangs, and whatever is done to the clock, nobody waits longer than said."""
        outage = Outage()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline + GRACE_S - time.time())):
                return await self._hear(query_id, on_progress, query, outage)
        # Seldom needed, and it loads all of `status`; not below, where the time that it takes would be the bus's silence.
        from ifmem.processes.explaining import explain

        try:
            async with asyncio.timeout(LAST_LOOK_S):
                if stored := await self.inquiries.stored_answer(query_id):
                    return stored
                why = await explain(self.inquiries.bus, self.inquiries.keys, query_id)
            reasons = list(why.values()) or [STILL]
        except TimeoutError:
            reasons = [f"the bus does not answer: no reply within {LAST_LOOK_S:g} s"]
        except BusLost as error:
            reasons = [f"{error.what} {error.why}"]
        raise _too_late(query_id, "; ".join(filter(None, (self._trouble(), *reasons, outage.words(time.monotonic())))))

    async def _hear(self, query_id: str, on_progress: OnProgress | None, query: Query | None, outage: Outage) -> Answer:
        """Wait for ever. The question is put again if a bus that lost everything forgot it: a repeat changes nothing."""
        put, cut = query is None, False
        while True:
            try:
                if cut:  # what has become of the question meanwhile?
                    if stored := await self.inquiries.stored_answer(query_id):
                        return stored
                    put, cut = query is None or await self.inquiries.known(query_id), False
                if not put and query is not None:
                    message = await self.inquiries.ask_and_wait(query)
                    put = True
                else:
                    message = await self.inquiries.message(query_id)
                if message and (answer := _read(message, on_progress)):
                    return answer
                if not message and (stored := await self.inquiries.stored_answer(query_id)):
                    return stored  # somebody else who waits for it was faster
            except BusLost:
                cut = True
                outage.began(time.monotonic())
                await asyncio.sleep(PAUSE_S)
            else:
                outage.ended(time.monotonic())


def _too_late(query_id: str, why: str) -> IfmemError:
    """What an asker is told who has no answer at its deadline."""
    return IfmemError(
        "no answer in time.",
        why=why,
        fix=f"Fetch the answer later: ifmem ask --resume {query_id}    More patience: --timeout SECONDS",
        exit_code=Exit.TIMED_OUT,
    )


def _read(message: dict[str, Any], on_progress: OnProgress | None) -> Answer | None:
    if message["kind"] == "answer":
        return _answer(message["body"])
    if on_progress is not None and (kind := PROGRESS.get(message["kind"])):
        on_progress(Progress(kind, str(message["body"])))
    return None


def _answer(body: Any) -> Answer:
    try:
        return take(Answer, body)
    except Refused as error:
        raise IfmemError(
            "the answer cannot be read.",
            why=f"{error}; somebody else writes on this bus, or another version of ifmem does",
            fix="See what: ifmem doctor",
        ) from None


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
