"""The crew: forks a worker for each task that waits, so many at once, and looks after what a worker held when it left.

Workers are born with the names of a few slots (`worker-3`), each life with its own incarnation. They are judged like every process
(`processes.lives`); what differs is the end: a worker that left is not started again, its task is.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import time
from collections.abc import MutableMapping

from ifmem.core import lifecycle
from ifmem.core.beat import Beat
from ifmem.core.supervision import Exit, History, Life, pause_before_restart
from ifmem.core.tasks import LABEL, WAITING_FOR_HELP
from ifmem.core.worker_names import is_worker, worker_name
from ifmem.processes.charge import Charge
from ifmem.processes.children import Child
from ifmem.processes.ending import end_session
from ifmem.processes.estate import Estate
from ifmem.processes.lives import Go, Lives
from ifmem.processes.overseeing import SETTLE
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.seat import Assignment
from ifmem.stores.hand_off import Seat
from ifmem.stores.registry import Registry
from ifmem.stores.tasks import Tasks

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 5.0  # should an order to look have been lost
ANNOUNCE_AFTER_S = 0.5  # what comes and goes meanwhile need not be shown to anybody


class Crew:
    """`members` are the living workers; whoever shows or judges processes reads them there. `most` may work at once."""

    def __init__(
        self, lives: Lives, members: MutableMapping[str, Charge], tasks: Tasks, registry: Registry, most: int, go: Go
    ) -> None:
        self.most = most
        self.members = members
        self._lives = lives
        self._tasks = tasks
        self._estate = Estate(tasks)
        self._registry = registry
        self._go = go
        self._wanted = asyncio.Event()
        self._incarnations: dict[str, int] = {}
        self._unsettled: set[str] = set()  # slots whose last worker's estate is not settled yet
        self._failures = History()
        self._pause_until = 0.0
        self._announcing: asyncio.TimerHandle | None = None
        self._jitter = random.Random()

    def look(self) -> None:
        """There may be tasks to start workers for."""
        self._wanted.set()

    async def inherit(self) -> None:
        """At start: refuse what workers of an earlier supervisor still send, and hand back what they held."""
        known = {name: life for name, life in (await self._registry.incarnations()).items() if is_worker(name)}
        self._incarnations = {name: life + 1 for name, life in known.items()}
        if known:
            await self._registry.count_on(self._incarnations)
        await self._estate.settle_all()
        self.look()

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            pause = self._pause_until - time.monotonic()
            if pause > 0:
                asyncio.get_running_loop().call_later(pause, self.look)
                continue
            waiting = await until_bus_answers(self._tasks.waiting)
            for _ in range(self._missing(waiting)):
                await self._fork()

    def _missing(self, waiting: int) -> int:
        """How many workers to fork. One that is done, or only waits for help, leaves its place to another."""
        at_work = [charge for charge in self.members.values() if not _leaves_its_place(charge)]
        unclaimed = [charge for charge in at_work if not _has_claimed(charge)]
        return max(0, min(waiting - len(unclaimed), self.most - len(at_work)))

    # Births

    async def _fork(self) -> None:
        if self._lives.stopping.is_set():
            return
        charge = self._charge()
        assignment = Assignment("worker", charge.name, 0, charge.incarnation, ordered_at=time.time())
        child = charge.child = Child(
            assignment,
            on_beat=lambda beat: self._heard(charge, beat),
            on_exit=lambda status: self._exited(charge, child, status),
        )
        self.members[charge.name] = charge
        self._announce_soon()
        try:
            await self._lives.children.fork(child)
            if charge.told_to_stop:
                child.signal(signal.SIGTERM)
        except (OSError, TimeoutError) as error:  # the spawner died at this moment; there will be another
            log.warning("%s could not be forked: %s", charge.name, error)
            self._failed_to_start(charge, str(error))
            self._gone(charge)

    def _charge(self) -> Charge:
        taken = self.members.keys() | self._unsettled
        name = next(name for n in range(1, len(taken) + 2) if (name := worker_name(n)) not in taken)
        self._incarnations[name] = self._incarnations.get(name, 0) + 1
        now = time.monotonic()
        charge = Charge("worker", name, 0, self._incarnations[name], life=Life(started_at=now, state_since=now))
        charge.enter(lifecycle.STARTING)
        return charge

    def _heard(self, charge: Charge, beat: Beat) -> None:
        left_before = _leaves_its_place(charge)
        charge.heard(beat, time.monotonic())
        if _leaves_its_place(charge) and not left_before:
            self.look()

    def _announce_soon(self) -> None:
        if self._announcing is None:
            self._announcing = asyncio.get_running_loop().call_later(ANNOUNCE_AFTER_S, self._announce)

    def _announce(self) -> None:
        self._announcing = None
        self._lives.announcer.changed.set()

    # Deaths

    def _exited(self, charge: Charge, child: Child, status: int) -> None:
        if charge.child is not child:
            return
        charge.last_exit = lifecycle.exit_in_words(status, requested=charge.told_to_stop)
        if _has_claimed(charge):
            self._failures = History()
        elif status != 0 and not charge.told_to_stop:
            self._failed_to_start(charge, charge.last_exit)
        if not (status == 0 and _is_done(charge)):
            self._unsettled.add(charge.name)
            self._go(self._left(charge, child), SETTLE)
        self._gone(charge)

    def _gone(self, charge: Charge) -> None:
        charge.child = None
        self.members.pop(charge.name, None)
        self._announce_soon()
        self.look()

    async def _left(self, charge: Charge, child: Child) -> None:
        """Whatever it still held goes back to the queue: it was killed, hung, or thought that it was done."""
        seat = Seat(charge.name, charge.incarnation, LABEL)
        held = await until_bus_answers(lambda: self._estate.settle(seat, blame=not charge.told_to_stop))
        self._unsettled.discard(charge.name)
        if not held:
            return
        if child.pid is not None:
            end_session(child.pid)  # what it had started itself must not outlive it
        if not charge.told_to_stop:
            said = f"{charge.name} {charge.sentence or charge.last_exit}, its task not done"
            self._lives.announcer.event("died", charge, said, pid=child.pid, tasks=held)
        self.look()

    def _failed_to_start(self, charge: Charge, why: str) -> None:
        """Workers that cannot even start are not forked as fast as the machine can."""
        now = time.monotonic()
        self._failures = self._failures.after(Exit(now, None))
        ceiling_s = self._lives.config.restart_ceiling_s
        pause = pause_before_restart(self._failures, ceiling_s, self._jitter)
        self._pause_until = now + pause
        if len(self._failures.exits) > 1:
            text = f"{charge.name} could not start: {charge.reason or why}; the next one in {pause:.1f} s"
            self._lives.announcer.event("died", charge, text, pause_s=pause)


def _has_claimed(charge: Charge) -> bool:
    return charge.beat is not None and bool(charge.beat.in_flight or charge.beat.answered)


def _is_done(charge: Charge) -> bool:
    """Whether its finding is stored: it holds nothing any more."""
    return charge.beat is not None and charge.beat.answered > 0


def _leaves_its_place(charge: Charge) -> bool:
    return _is_done(charge) or (charge.beat is not None and charge.beat.detail == WAITING_FOR_HELP)
