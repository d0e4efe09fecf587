"""Askers by the thousand, and what each of them heard."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from ifmem.errors import IfmemError
from ifmem.processes.asking import GRACE_S, Asking, new_query
from ifmem.stores.inquiries import Busy

LATE_S = 1.0  # beyond what an asker is promised: a busy machine
AT_ONCE = 5_000  # who have not heard yet; nobody else comes meanwhile
TICK_S = 0.005


@dataclass(frozen=True)
class Heard:
    """When a question was put, and the milliseconds until its asker heard an answer, or why there is none."""

    put_at: float
    took_ms: float
    answered: bool


@dataclass
class Crowd:
    """Milliseconds until askers had an answer, or were told that it is busy; how many were told something else, how many waited for
    longer than was promised. Everyone asks what nobody has asked: crowds have different names."""

    asking: Asking
    name: str
    patience_s: float
    answered: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    told: int = 0
    late: int = 0
    put: int = 0
    ended_at: float = 0.0  # when the last was poured
    _waiting: set[asyncio.Task[Heard]] = field(default_factory=set)

    @property
    def lost(self) -> int:
        """How many have heard nothing."""
        return self.put - len(self.answered) - len(self.busy) - self.told

    async def ask(self) -> Heard:
        self.put += 1
        query = new_query(f"what does the shard read about retries, {self.name} {self.put}", (), (), self.patience_s)
        started, busy, answered = time.perf_counter(), False, False
        try:
            answered = not (await self.asking.ask(query)).error
        except Busy:
            busy = True
        except IfmemError:
            pass
        took_s = time.perf_counter() - started
        self._note(took_s, busy=busy, answered=answered)
        return Heard(started, took_s * 1000, answered)

    def _note(self, took_s: float, *, busy: bool, answered: bool) -> None:
        self.late += took_s > self.patience_s + GRACE_S + LATE_S
        if busy or answered:
            (self.busy if busy else self.answered).append(took_s * 1000)
        else:
            self.told += 1

    async def in_turns(self, callers: int, for_s: float) -> float:
        """So many callers, each of whom asks again when it has heard; the answers a second."""
        started = time.perf_counter()

        async def call() -> None:
            while time.perf_counter() < started + for_s:
                await self.ask()

        await asyncio.gather(*(call() for _ in range(callers)))
        return len(self.answered) / (time.perf_counter() - started)

    async def pour(self, rate: float, for_s: float) -> float:
        """`rate` new askers a second, whatever becomes of the others; how many a second did come. Returns when nobody comes any more."""
        started, come = time.perf_counter(), 0
        while (now := time.perf_counter() - started) < for_s:
            for _ in range(min(int(rate * now) - come, AT_ONCE - len(self._waiting))):
                task = asyncio.create_task(self.ask())
                self._waiting.add(task)
                task.add_done_callback(self._waiting.discard)
                come += 1
            await asyncio.sleep(TICK_S)
        self.ended_at = time.perf_counter()
        return come / now

    async def all_heard(self) -> None:
        """Wait for everyone who was poured."""
        await asyncio.gather(*self._waiting)
