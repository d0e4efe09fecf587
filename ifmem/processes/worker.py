"""A worker: claims one task, reports one finding, leaves. What it found stays.

Its supervisor forks it because a task waits. Should another worker have been faster it leaves with nothing done, which is no fault; to
leave with a task in hand is one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

from ifmem.core import lifecycle
from ifmem.core.findings import Finding
from ifmem.core.tasks import LABEL, WAITING_FOR_HELP, Task
from ifmem.errors import IfmemError
from ifmem.processes.loop import ON_BUS_EVERY_S, Program
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.tasking import Tasking, finding_of
from ifmem.stores.tasks import TaskClaim, Tasks

log = logging.getLogger("ifmem")


class Worker(Program):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seat = replace(self.seat, label=LABEL)
        self.tasks = Tasks(self.bus, self.keys)
        self.answered = 0
        self._holds_since: float | None = None
        self._lease_ends = 0.0  # monotonic

    async def serve(self) -> None:
        claim = await until_bus_answers(lambda: self.tasks.claim(self.seat))
        if claim is None:
            log.info("no task was left")
        elif claim.task is None:
            log.warning("%s: its task is gone from the bus; dropped", claim.id)
            await until_bus_answers(lambda: self.tasks.hand_off.drop(self.seat, claim.id))
        else:
            await self._do(claim, claim.task)

    async def _do(self, claim: TaskClaim, task: Task) -> None:
        born_ms = (time.time() - self.assignment.ordered_at) * 1000
        started = self._holds_since = time.monotonic()
        lease_s = min(task.lease_s, task.deadline - time.time())
        self._lease_ends = started + max(0.0, lease_s)
        self.enter(lifecycle.READY)  # that a task is held is heard at once: nobody else is forked for it
        found = await self._find_in_time(task, lease_s)
        finding = replace(
            found,
            attempts=claim.attempts,
            incarnation=self.assignment.incarnation,
            worker=self.assignment.name,
            birth_ms=round(born_ms, 3),
            duration_ms=round((time.monotonic() - started) * 1000, 3),
        )
        await self._store(finding, task)
        self._holds_since, self.answered = None, 1

    async def _store(self, finding: Finding, task: Task) -> None:
        self.silence.asked(time.monotonic())
        await until_bus_answers(lambda: self.tasks.finish(self.seat, finding, task.reply_to))
        self.silence.answered(time.monotonic())

    async def _find_in_time(self, task: Task, lease_s: float) -> Finding:
        if lease_s <= 0:
            return finding_of(task, task.shard, error="its deadline had passed before a worker came to it")
        try:
            async with asyncio.timeout(lease_s):
                tasking = Tasking(self.bus, self.keys, self.config, self.assignment.name, self._waits)
                return await tasking.find(task, time.time() + lease_s)
        except TimeoutError:
            return finding_of(task, task.shard, error=f"no finding within {lease_s:.0f} s")
        except IfmemError as error:
            said = f"{error.what} {error.why}".strip()
            return finding_of(task, task.shard, error=said, fix=error.fix, exit_code=int(error.exit_code))
        except Exception as error:
            log.exception("%s could not be done", task.id)
            said = f"{type(error).__name__}: {error}; see ifmem logs {self.assignment.name}"
            return finding_of(task, task.shard, error=said)

    def _waits(self, waiting: bool) -> None:
        self.enter(lifecycle.READY, WAITING_FOR_HELP if waiting else "")

    async def _beat_on_bus(self) -> None:
        """Its claim is its first beat there; most workers need no second."""
        await asyncio.sleep(ON_BUS_EVERY_S)
        await super()._beat_on_bus()

    async def drain(self) -> None:
        """A task that was cut off by the stop goes back to the queue."""
        if self._holds_since is not None:
            await self.return_claims()

    def vital_signs(self) -> dict[str, object]:
        if self._holds_since is None:
            return {"answered": self.answered}
        now = time.monotonic()
        late_s = now - max(self._lease_ends, self.silence.until(now))
        return {"in_flight": 1, "oldest_s": round(now - self._holds_since, 3), "late_s": round(late_s, 3)}
