"""What becomes of the task a worker held when it left: back to the queue, or, after three deaths, a finding that says so.

For tasks what `processes.inheritance` is for questions.
"""

from __future__ import annotations

import logging

from ifmem.core.tasks import LABEL, Task
from ifmem.core.worker_names import is_worker
from ifmem.processes.tasking import finding_of
from ifmem.stores.hand_off import MOST_ATTEMPTS, Seat, Stale
from ifmem.stores.tasks import Tasks

log = logging.getLogger("ifmem")


class Estate:
    def __init__(self, tasks: Tasks) -> None:
        self.tasks = tasks

    async def settle(self, seat: Seat, *, blame: bool) -> list[str]:
        """Hand back everything `seat` held, or give it up; returns the ids. Safe to repeat."""
        back, dead = await self.tasks.hand_off.hand_back(seat, blame=blame)
        for task_id in dead:
            await self._give_up(seat, task_id)
            await self.tasks.hand_off.bury(seat, task_id)
        if dead:
            log.warning("given up: %s", ", ".join(dead))
        return [*back, *dead]

    async def settle_all(self) -> None:
        """At start: whatever workers of an earlier supervisor still hold."""
        for name, incarnation in await self.tasks.hand_off.abandoned():
            if is_worker(name):
                await self.settle(Seat(name, incarnation, LABEL), blame=True)

    async def _give_up(self, seat: Seat, task_id: str) -> None:
        """Let a task that cost three workers their lives end in a finding that says so."""
        task = await self.tasks.read(task_id) or Task(task_id, "")
        error = f"the task was given up: {MOST_ATTEMPTS} workers died of it"
        fix = f"See why: ifmem logs {seat.name}    Try again: ifmem dead retry {task_id}"
        finding = finding_of(task, task.shard, error=error, fix=fix, attempts=MOST_ATTEMPTS, worker=seat.name)
        try:
            await self.tasks.finish(seat.successor, finding, task.reply_to, held_by=seat)
        except Stale:
            log.warning("%s: nobody could be told that %s was given up", seat.worker, task_id)
