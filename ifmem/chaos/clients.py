"""Askers, many at once, and what each of them saw: their own record is what the set is judged by."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.errors import IfmemError
from ifmem.processes.asking import GRACE_S, Asking
from ifmem.stores.bus import Bus

PATIENCE_S = 40.0
HASTY_S = 2.0  # the patience of some: they are often told that there is no answer yet
HASTY = 0.05
LOOK_AGAIN_S = 0.2
RATE = 80.0  # questions a second, by all of them together
LEAVING = 0.1  # who go away and come back for the answer
AWAY_S = 5.0  # at most
LATE_S = 1.0  # beyond what an asker is promised: a busy machine
TOPICS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omega".split()


@dataclass
class Asked:
    """One question and what its asker saw of it. Times are monotonic; `error` is what the asker was told instead of an answer.

    `left`: the asker put the question and went away; its answer has to be in the archive in the end.
    """

    id: str
    patience_s: float
    put_at: float
    ended_at: float | None = None
    digest: str = ""
    error: str = ""
    left: bool = False

    @property
    def answered(self) -> bool:
        return self.ended_at is not None and not self.error

    @property
    def told(self) -> bool:
        return self.ended_at is not None and bool(self.error)

    @property
    def late(self) -> bool:
        """Whether the asker was left waiting for longer than was promised."""
        until = self.put_at + self.patience_s + GRACE_S + LATE_S
        return (self.ended_at if self.ended_at is not None else time.monotonic()) > until


class Clients:
    """`count` of them over connections of their own. The questions are those of `seed`."""

    def __init__(self, url: str, keys: Keys, count: int, seed: int) -> None:
        self.asked: list[Asked] = []
        self._buses = [Bus(url) for _ in range(count)]
        self._askings = [Asking(bus, keys) for bus in self._buses]
        self._choose = random.Random(seed)
        self._questions = _questions(random.Random(seed))
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Ask until `stop`; returns when the last has heard."""
        async with asyncio.TaskGroup() as tasks:
            for asking in self._askings:
                tasks.create_task(self._go_on(asking))

    def stop(self) -> None:
        self._over.set()

    async def close(self) -> None:
        for bus in self._buses:
            await bus.close()

    async def _go_on(self, asking: Asking) -> None:
        pause_s = len(self._askings) / RATE
        while not self._over.is_set():
            await asyncio.sleep(self._choose.uniform(0.0, 2 * pause_s))
            kind = self._choose.random()
            if kind < LEAVING:
                await self._leave_and_fetch(next(self._questions), asking)
            else:
                hasty = kind < LEAVING + HASTY
                await self.ask(next(self._questions), HASTY_S if hasty else PATIENCE_S, asking=asking)

    async def ask(
        self, question: str, patience_s: float, shards: tuple[str, ...] = (), asking: Asking | None = None
    ) -> Asked:
        """Ask once and note what comes of it."""
        query, asked = _new(question, patience_s, shards)
        self.asked.append(asked)
        try:
            answer = await (asking or self._askings[0]).ask(query)
            asked.digest, asked.error = answer.digest, _reason(answer.error)
        except IfmemError as error:
            asked.error = f"{error.what} {error.why}"
        asked.ended_at = time.monotonic()
        return asked

    async def _leave_and_fetch(self, question: str, asking: Asking) -> None:
        """Put a question, go away, come back for its answer. A bus that was emptied meanwhile need not know it at once."""
        query, asked = _new(question, PATIENCE_S)
        self.asked.append(asked)
        try:
            await asking.submit(query)
            asked.left = True
            await asyncio.sleep(self._choose.uniform(0.0, AWAY_S))
            while (answer := await asking.answer(query.id, query.deadline)) is None and not asked.late:
                await asyncio.sleep(LOOK_AGAIN_S)
            if answer is None:
                return
            asked.digest, asked.error = answer.digest, _reason(answer.error)
        except IfmemError as error:
            asked.error = f"{error.what} {error.why}"
        asked.ended_at = time.monotonic()

    async def flood(self, count: int, patience_s: float) -> None:
        """Put that many questions as fast as they are taken, and wait for none of them."""
        left = iter(range(count))

        async def put(asking: Asking) -> None:
            for _ in left:
                query, asked = _new(next(self._questions), patience_s)
                asked.left = True
                self.asked.append(asked)
                try:
                    await asking.submit(query)
                except IfmemError as error:
                    asked.error = f"{error.what} {error.why}"
                asked.ended_at = time.monotonic()

        await asyncio.gather(*map(put, self._askings))


def _new(question: str, patience_s: float, shards: tuple[str, ...] = ()) -> tuple[Query, Asked]:
    now = time.time()
    query = Query(new_id("q"), question, shards=shards, asked_at=now, deadline=now + patience_s)
    return query, Asked(query.id, patience_s, time.monotonic())


def _reason(error: dict[str, Any] | None) -> str:
    return f"{error.get('what', '')} {error.get('why', '')}" if error else ""


def _questions(choose: random.Random) -> Iterator[str]:
    for number in itertools.count():
        yield f"what does the shard read about {choose.choice(TOPICS)} {choose.randrange(10_000)} (question {number})"
