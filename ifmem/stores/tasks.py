"""The hand-off of tasks: put, claim, finish, and how each stands. Handing back and burying are those of questions (`stores.hand_off`).

A task is in exactly one list: the one of its priority, `queue:tasks` once it was handed back, the claims of its worker, or the dead.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ifmem.core.findings import Finding
from ifmem.core.keys import BEAT_TTL_S, DAY_S, HOUR_S, WEEK_S, Keys, worker_id
from ifmem.core.tasks import LABEL, PRIORITIES, Task, TaskStatus, state_of
from ifmem.core.worker_names import is_worker
from ifmem.stores import task_scripts
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.door import number
from ifmem.stores.hand_off import FINDINGS_ON_BUS, HandOff, Seat, Stale
from ifmem.stores.inquiries import Busy

MOST_WAITING = 10_000
LISTED = 10_000
WAKE = json.dumps({"op": "work"})  # the order that has the supervisor look for tasks
FIELD = "task"  # of gather:[id]


@dataclass(frozen=True)
class TaskClaim:
    """A task that a worker holds. `attempts` counts this one; `task` is None if its body has expired."""

    id: str
    task: Task | None
    attempts: int


class Tasks:
    """The tasks of one set, seen by whoever puts them, a worker or the supervisor."""

    def __init__(self, bus: Bus, keys: Keys, most_waiting: int = MOST_WAITING) -> None:
        self.bus = bus
        self.keys = keys
        self.hand_off = HandOff(bus, keys)
        self._most_waiting = most_waiting
        self._queues = (keys.queue(LABEL), *map(keys.queue_tasks, PRIORITIES))

    # Whoever puts them

    async def put(self, tasks: Iterable[Task]) -> None:
        """Store tasks and let workers be started for them. Putting one again changes nothing but its deadline. Raises Busy."""
        replies = await self.bus.send(*map(self._putting, tasks), ("RPUSH", self.keys.set_control, WAKE))
        for outcome, ahead in replies[:-1]:
            if outcome == "busy":
                raise Busy(int(ahead))

    def _putting(self, task: Task) -> tuple[Any, ...]:
        keys, queue = self.keys, 5 + PRIORITIES.index(task.priority)  # among the script's KEYS, which begin with 1
        return (
            *("EVAL", task_scripts.PUT, 7, keys.task(task.id), keys.journal, keys.tasks, *self._queues),
            *(task.id, task.to_json(), DAY_S, queue, self._most_waiting, LISTED),
        )

    async def next_finding(self, reply_to: str, wait_s: float) -> Finding | None:
        """The next finding of a task or group; None if there was none in `wait_s`, at most a few seconds."""
        reply = await self.bus.call("BLPOP", self.keys.reply(reply_to), max(0.01, min(wait_s, BLOCK_S)))
        return await self.hand_off.door.one(Finding, reply[1] if reply else None, "body")

    async def findings(self, task_ids: Sequence[str]) -> dict[str, Finding]:
        """What there is already, by task."""
        if not task_ids:
            return {}
        named = await self.bus.send(*(("HGET", self.keys.gather(one), FIELD) for one in task_ids))
        ids = [finding for finding in named if finding]
        bodies = await self.bus.call("MGET", *map(self.keys.finding, ids)) if ids else []
        found = await self.hand_off.door.let_in(Finding, bodies)
        return {finding.query_id: finding for finding in found}

    async def retry(self, task_id: str, again: Task) -> bool:
        """Take a task from the dead and put `again`, its successor; False if it is not among them."""
        keys = self.keys
        taken, _ = await self.bus.send(
            (
                *("EVAL", task_scripts.RETRY, 5, keys.queue_dead, keys.task(again.id)),
                *(keys.queue_tasks(again.priority), keys.journal, keys.tasks),
                *(task_id, again.id, again.to_json(), DAY_S),
            ),
            ("RPUSH", keys.set_control, WAKE),
        )
        return bool(taken)

    async def keep_search(self, search_id: str, body: str) -> None:
        """Remember how far a search has come, here and in the archive."""
        await self.bus.send(
            ("SET", self.keys.search(search_id), body, "EX", WEEK_S),
            ("XADD", self.keys.journal, "*", "kind", "search", "body", body),
        )

    async def kept_search(self, search_id: str) -> str | None:
        body: str | None = await self.bus.call("GET", self.keys.search(search_id))
        return body

    # Workers

    async def claim(self, seat: Seat) -> TaskClaim | None:
        """Take the next task with its body; None if none waits. It is the worker's first sign of life, too. Raises Stale."""
        keys = self.keys
        found, _ = await self.bus.send(
            (
                *("EVAL", task_scripts.CLAIM, 6, keys.set_incarnations, keys.worker_tasks(seat.worker), *self._queues),
                *(seat.name, seat.incarnation, keys.task(""), keys.attempts(""), LABEL),
            ),
            ("SET", keys.worker_status(seat.worker), f"{time.time():.3f}", "EX", BEAT_TTL_S),
        )
        if found == "stale":
            raise Stale
        if not found:
            return None
        task_id, body, lost = found
        task = await self.hand_off.door.one(Task, body)
        return TaskClaim(task_id, task if task and task.id == task_id else None, int(lost) + 1)

    async def finish(self, seat: Seat, finding: Finding, reply_to: str, *, held_by: Seat | None = None) -> str:
        """Store the finding of a task and end the claim on it in one step: `stored`, or `repeat` if it had one. Raises Stale.

        `held_by` is who holds the task if it is not `seat`: a dead worker, for which its successor speaks.
        """
        keys = self.keys
        outcome: str = await self.bus.call(
            *("EVAL", task_scripts.FINISH, 7, keys.set_incarnations, keys.worker_tasks((held_by or seat).worker)),
            *(keys.gather(finding.query_id), keys.finding(finding.id), keys.reply(reply_to), keys.journal),
            *(keys.findings, seat.name, seat.incarnation, finding.query_id, finding.id, finding.to_json()),
            *(keys.channel_findings, DAY_S, HOUR_S, FINDINGS_ON_BUS),
        )
        if outcome == "stale":
            raise Stale
        return outcome

    async def parent_context(self, shard: str) -> dict[str, Any] | None:
        """What the shard says that it holds; None if it has not said so yet."""
        incarnation = await self.bus.call("HGET", self.keys.set_incarnations, shard)
        if incarnation is None:
            return None
        body = await self.bus.call("GET", self.keys.worker_context(worker_id(shard, number(incarnation))))
        context: dict[str, Any] | None = json.loads(body) if body else None
        return context

    # The supervisor

    async def waiting(self) -> int:
        """How many wait for a worker."""
        return sum(await self.bus.send(*(("LLEN", queue) for queue in self._queues)))

    async def read(self, task_id: str) -> Task | None:
        return await self.hand_off.door.one(Task, await self.bus.call("GET", self.keys.task(task_id)))

    # Whoever looks on

    async def overview(self, limit: int = 50) -> list[TaskStatus]:
        """The newest tasks and how each stands, newest first."""
        return await self.standing(await self.bus.call("LRANGE", self.keys.tasks, 0, limit - 1))

    async def standing(self, task_ids: Sequence[str]) -> list[TaskStatus]:
        """How these tasks stand, as far as the bus knows them."""
        if not task_ids:
            return []
        *queued, dead, bodies = await self.bus.send(
            *(("LRANGE", queue, 0, -1) for queue in self._queues),
            ("LRANGE", self.keys.queue_dead, 0, -1),
            ("MGET", *map(self.keys.task, task_ids)),
        )
        tasks = await self.hand_off.door.let_in(Task, bodies)
        waiting, buried, held = {one for queue in queued for one in queue}, set(dead), await self._held()
        findings = await self.findings([task.id for task in tasks])
        return [
            _status(task, findings.get(task.id), task.id in waiting, held.get(task.id, ""), task.id in buried)
            for task in tasks
        ]

    async def _held(self) -> dict[str, str]:
        """Which worker holds which task."""
        workers = [worker_id(*one) for one in await self.hand_off.abandoned() if is_worker(one[0])]
        claims = (
            await self.bus.send(*(("LRANGE", self.keys.worker_tasks(one), 0, -1) for one in workers)) if workers else []
        )
        return {task_id: worker for worker, ids in zip(workers, claims, strict=True) for task_id in ids}


def _status(task: Task, finding: Finding | None, waiting: bool, worker: str, dead: bool) -> TaskStatus:
    state = state_of(finding, waiting=waiting, worker=worker, dead=dead)
    if finding is None:
        return TaskStatus(task, state, worker)
    return TaskStatus(task, state, finding.worker, finding.id, finding.error)
