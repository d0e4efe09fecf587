"""The asker's side of tasks: put them, and gather their findings as they come, however often the bus is away meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.record import new_id
from ifmem.core.tasks import Task, checked_priority
from ifmem.core.timeouts import limit_of
from ifmem.errors import Exit, IfmemError
from ifmem.processes.asking import GRACE_S, new_query
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.tasks import Tasks

PAUSE_S = 0.1
AWAY_S = 15.0  # a bus that is only being restarted is back long before
Heard = Callable[[Finding], None]


class Assigning:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.tasks = Tasks(bus, keys)

    async def put(self, tasks: Sequence[Task]) -> None:
        """Let workers be started for these tasks; a bus that is just being restarted is waited for."""
        until = max(task.deadline for task in tasks)
        await until_bus_answers(lambda: self.tasks.put(tasks), give_up_after_s=until - time.time())

    async def gather(self, tasks: Sequence[Task], heard: Heard | None = None) -> dict[str, Finding]:
        """The findings of tasks that share one `reply_to`, by task, as far as there are any when the last deadline is over.

        `heard` is told of each as it comes. Raises BusLost if the bus stays away: the set was stopped, and what is found goes on the bus
        when it runs again.
        """
        found: dict[str, Finding] = {}
        lost_at: float | None = None
        until = time.monotonic() + max(task.deadline for task in tasks) + GRACE_S - time.time()
        ids = {task.id for task in tasks}
        look = True  # at what is stored: what was said before now, or while the line was cut
        while ids - found.keys() and (left := until - time.monotonic()) > 0:
            try:
                if look:
                    news: Mapping[str, Finding] = await self.tasks.findings(sorted(ids - found.keys()))
                    look = False
                else:
                    one = await self.tasks.next_finding(tasks[0].reply_to, left)
                    news, look = ({one.query_id: one}, False) if one else ({}, True)
                lost_at = None
            except BusLost:
                lost_at, look = lost_at or time.monotonic(), True
                if time.monotonic() - lost_at > AWAY_S:
                    raise
                await asyncio.sleep(PAUSE_S)
                continue
            for task_id in news.keys() & ids - found.keys():
                found[task_id] = news[task_id]
                if heard:
                    heard(news[task_id])
        return found

    async def do(self, task: Task) -> Finding:
        """Put one task and wait for its finding. Raises IfmemError when the time is over."""
        await self.put([task])
        return await self.finding(task)

    async def finding(self, task: Task) -> Finding:
        found = await self.gather([task])
        if task.id not in found:
            raise _too_late(task.id)
        return found[task.id]

    async def retry(self, task_id: str, timeout_s: float) -> str | None:
        """Put a task that was given up once more, as a new one; returns its id. None if it is no task that was given up."""
        task = await self.known(task_id, timeout_s)
        again = replace(task, id=new_id("t"), asked_at=time.time(), group="") if task else None
        return again.id if again and await self.tasks.retry(task_id, again) else None

    async def known(self, task_id: str, timeout_s: float) -> Task | None:
        """A task that was put before, with so much time left; None if the bus does not know it."""
        task: Task | None = None
        with contextlib.suppress(BusLost):
            task = await until_bus_answers(lambda: self.tasks.read(task_id), give_up_after_s=timeout_s)
        return replace(task, deadline=time.time() + timeout_s) if task else None


def new_task(
    question: str,
    known: Sequence[str],
    config: Config,
    *,
    shard: str = "",
    pass_name: str = "",
    prompt: str = "",
    priority: str = "medium",
    timeout_s: float | None = None,
) -> Task:
    """A task that can be put; `known` are the shards. Raises IfmemError (exit code 2) for one that cannot."""
    query = new_query(question, (shard,) if shard else (), known, limit_of(timeout_s, config.ask_timeout_s))
    return Task(
        id=new_id("t"),
        question=query.question,
        shard=shard,
        pass_name=pass_name,
        prompt=prompt,
        priority=checked_priority(priority),
        asked_at=query.asked_at,
        deadline=query.deadline,
        lease_s=config.lease_s,
    )


def _too_late(task_id: str) -> IfmemError:
    return IfmemError(
        "no finding in time.",
        why="the task still waits for a worker, or is being worked on: ifmem tasks",
        fix=f"Fetch the finding later: ifmem task --resume {task_id}    More patience: --timeout SECONDS",
        exit_code=Exit.TIMED_OUT,
    )
