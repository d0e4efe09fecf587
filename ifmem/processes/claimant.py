"""A process that claims questions from its queue and works on several at once: the shard and the coordinator are claimants."""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from ifmem.core.queries import Query
from ifmem.processes.loop import Program
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.hand_off import Claim

log = logging.getLogger("ifmem")


@dataclass(frozen=True)
class InFlight:
    """A question being worked on. Times are monotonic: a clock that is set makes nobody late. `due` is None without a deadline."""

    claim: Claim
    started_at: float
    due: float | None


class Claimant(Program):
    """Fill in `work`, which must store a result for its claim (or raise, and then the process ends)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.working: dict[str, InFlight] = {}
        self.answered = 0
        self.durations_ms: deque[float] = deque(maxlen=100)
        self._room = asyncio.Event()

    @abstractmethod
    async def work(self, query: Query, claim: Claim) -> None:
        """Answer the question and store the result."""

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        """What else runs for as long as questions are served."""
        return ()

    def most(self) -> int:
        """How many questions at once."""
        return self.config.in_flight

    async def serve(self) -> None:
        """Claim until told to stop; then finish what is in flight, as long as the loop lets us."""
        async with asyncio.TaskGroup() as tasks:
            claiming = tasks.create_task(self._claim_forever(tasks), name="claim")
            beside = [tasks.create_task(work) for work in self.beside()]
            await self.stopping.wait()
            claiming.cancel()
            await self._until(lambda: not self.working)
            for task in beside:
                task.cancel()

    async def store(self, step: Callable[[], Awaitable[Any]]) -> None:
        """Put a result on the bus, however long that is silent: the time it takes is not this process being stuck."""
        self.silence.asked(time.monotonic())
        await until_bus_answers(step)
        self.silence.answered(time.monotonic())

    async def _claim_forever(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._until(lambda: len(self.working) < self.most())
            for claim in await until_bus_answers(self._claim):
                if claim.suspect:  # alone, so that if it kills again nothing else is blamed
                    await self._until(lambda: not self.working)
                    self._note(claim)
                    await self._work(claim)
                else:
                    self._note(claim)
                    tasks.create_task(self._work(claim), name=claim.id)
            await asyncio.sleep(0)  # what was claimed goes before the next claim

    async def _claim(self) -> list[Claim]:
        return await self.hand_off.claim(self.seat, self.most() - len(self.working), list(self.working))

    async def _until(self, condition: Any) -> None:
        while not condition():
            self._room.clear()
            await self._room.wait()

    def _note(self, claim: Claim) -> None:
        now = time.monotonic()
        due = now + claim.query.deadline - time.time() if claim.query and claim.query.deadline else None
        self.working[claim.id] = InFlight(claim, now, due)

    async def _work(self, claim: Claim) -> None:
        started = time.perf_counter()
        try:
            if claim.query is None:
                log.warning("%s: its question is gone from the bus; dropped", claim.id)
                await until_bus_answers(lambda: self.hand_off.drop(self.seat, claim.id))
            else:
                await self.work(claim.query, claim)
        finally:
            self.working.pop(claim.id, None)
            self._room.set()
        self.answered += 1
        self.durations_ms.append((time.perf_counter() - started) * 1000)
        if not self.working:
            self.news.set()

    def why_late(self, query: Query) -> str:
        """Why a question's deadline had passed before this process came to it, as far as it can tell."""
        now, waited_s = time.time(), max(0.0, time.time() - query.asked_at)
        silent_until_s = time.monotonic() - self.silence.until(time.monotonic())
        if query.asked_at < self.born_at:
            why = f"{self.assignment.name} was started only {now - self.born_at:.0f} s ago"
        elif silent_until_s < waited_s:
            why = f"the bus was silent until {silent_until_s:.0f} s ago"
        else:
            why = f"so long it waited for {self.assignment.name}, behind others"
        return f"its deadline was too near or had passed; it was asked {waited_s:.0f} s ago, {why}"

    async def drain(self) -> None:
        """Work that was cut off by the stop is still claimed on the bus: it goes back to the queue."""
        await self.return_claims()

    def vital_signs(self) -> dict[str, object]:
        now = time.monotonic()
        since = self.silence.until(now)  # what the bus did not take meanwhile is not late
        late_s = [now - max(w.due, w.started_at, since) for w in self.working.values() if w.due is not None]
        return {
            "in_flight": len(self.working),
            "oldest_s": round(max((now - w.started_at for w in self.working.values()), default=0.0), 3),
            "late_s": round(max(late_s, default=-1.0), 3),
            "answered": self.answered,
            "p50_ms": round(statistics.median(self.durations_ms), 3) if self.durations_ms else None,
        }
