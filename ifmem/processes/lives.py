"""Births and deaths: forks what is missing, decides what comes after every exit, inherits what the dead held."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from ifmem.config import Config
from ifmem.core import lifecycle, supervision
from ifmem.core.beat import Beat
from ifmem.core.supervision import Life, Limits
from ifmem.errors import Exit, IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.charge import Charge
from ifmem.processes.children import Child, Children
from ifmem.processes.ending import end_session
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.judge import Judge
from ifmem.processes.overseeing import SETTLE
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.hand_off import Seat

log = logging.getLogger("ifmem")
FORK_AGAIN_S = 0.1
KILLED_WITHIN_S = 2.0  # nobody survives a KILL; a spawner that is stuck cannot report it

Go = Callable[[Coroutine[Any, Any, Any], str], None]


class Lives:
    """Every process of the set. `go` runs something beside; what is named SETTLE is worth waiting for at the end."""

    def __init__(
        self,
        config: Config,
        charges: Mapping[str, Charge],
        announcer: Announcer,
        inheritance: Inheritance,
        stopping: asyncio.Event,
        go: Go,
    ) -> None:
        self.config = config
        self.charges = charges
        self.announcer = announcer
        self.inheritance = inheritance
        self.stopping = stopping
        self.children = Children(config, self._spawner_lost)
        limits = Limits(config.lost_after_s, config.stall_margin_s, config.start_timeout_s, config.load_timeout_s)
        self.judge = Judge(charges, self.children, announcer, limits)
        self.jitter = random.Random()
        self._go = go
        self._spawner_failures = 0

    async def begin(self) -> None:
        """Start everyone. The spawner has to be there."""
        for charge in self.charges.values():
            await self.fork(charge, fresh=True)

    # Births

    async def fork(self, charge: Charge, *, fresh: bool) -> None:
        if self.stopping.is_set():
            return
        charge.incarnation = await self.announcer.number(charge)
        if self.stopping.is_set():
            return
        charge.start_at = None
        charge.sentence = ""
        charge.told_to_stop = False
        charge.beat = None
        now = time.monotonic()
        charge.life = Life(started_at=now, state_since=now)
        charge.enter(lifecycle.STARTING, charge.reason if charge.restarts else "")
        child = charge.child = Child(
            charge.assignment(fresh=fresh),
            on_beat=lambda beat: self._heard(charge, beat),
            on_exit=lambda status: self._exited(charge, child, status),
        )
        self.announcer.changed.set()
        try:
            await self.children.fork(child)
            if charge.told_to_stop:  # while it had no pid yet
                child.signal(signal.SIGTERM)
        except (OSError, TimeoutError) as error:  # the spawner died at this moment: it is started again, and so is this
            log.warning("%s could not be forked: %s", charge.name, error)
            charge.child = None
            charge.start_at = time.monotonic() + FORK_AGAIN_S
            self._start_when_due(charge)

    def _heard(self, charge: Charge, beat: Beat) -> None:
        if beat.incarnation != charge.incarnation or charge.life is None:
            return
        was_serving = charge.life.ready_at is not None
        if charge.heard(beat, time.monotonic()):
            self.announcer.changed.set()
        if not was_serving and charge.life.ready_at is not None:
            self.announcer.event("ready", charge, f"{charge.name} is ready")

    # Deaths

    def _exited(self, charge: Charge, child: Child, status: int) -> None:
        """Decide at once what comes next; everything slow happens behind the restart."""
        now, life = time.monotonic(), charge.life
        if charge.child is not child or life is None:
            return
        charge.child = None
        served_s = None if life.ready_at is None else now - life.ready_at
        if not charge.told_to_stop:
            charge.history = charge.history.after(supervision.Exit(now, served_s))
        charge.last_exit = lifecycle.exit_in_words(status, requested=charge.told_to_stop)
        self._go(self._settle(charge.seat, child, blame=not charge.told_to_stop), SETTLE)
        if self.stopping.is_set():
            charge.enter(lifecycle.STOPPED)
        elif charge.sentence == "restart":
            charge.start_at = now
        else:
            self._crashed(charge, child, status, now)
        self._start_when_due(charge, fresh=charge.sentence == "restart")
        self.announcer.changed.set()

    def _start_when_due(self, charge: Charge, *, fresh: bool = False) -> None:
        """Start it now, or after the pause that was decided on."""
        if charge.start_at is None or charge.child is not None:
            return
        left = charge.start_at - time.monotonic()
        if left > 0:
            asyncio.get_running_loop().call_later(left, self._start_when_due, charge)
            return
        charge.start_at = None
        self._go(self.fork(charge, fresh=fresh), "")

    def _crashed(self, charge: Charge, child: Child, status: int, now: float) -> None:
        why = charge.sentence or charge.last_exit
        said = charge.reason if charge.beat and charge.beat.state == lifecycle.FAILED else ""  # its last words
        hopeless = status == Exit.COULD_NOT_BOOT
        if hopeless or charge.history.gave_up:
            reason = (
                said if hopeless else f"never became ready in {supervision.STARTS_BEFORE_FAILED} starts: {said or why}"
            )
            fix = charge.fix or f"See why: ifmem logs {charge.name}    then: ifmem restart {charge.name}"
            charge.enter(lifecycle.FAILED, reason, fix)
            self.announcer.event("failed", charge, f"{charge.name} failed: {reason}", pid=child.pid)
            return
        charge.restarts += 1
        pause = supervision.pause_before_restart(charge.history, self.config.restart_ceiling_s, self.jitter)
        charge.start_at = now + pause
        charge.enter(lifecycle.RESTARTING, f"restarted: {why}")
        kind = "completed" if status == 0 and not charge.sentence else "died"
        text = f"{charge.name} {why}; restart in {pause:.1f} s"
        self.announcer.event(kind, charge, text, pause_s=pause, pid=child.pid)

    async def _settle(self, seat: Seat, child: Child, *, blame: bool) -> None:
        if child.pid is not None:
            end_session(child.pid)  # what the dead process had started itself must not outlive it
        back, dead = await until_bus_answers(lambda: self.inheritance.settle(seat, blame=blame))
        if back or dead:
            text = f"{seat.name} held {len(back) + len(dead)}: {len(back)} handed back, {len(dead)} given up"
            self.announcer.event("handed back", self.charges[seat.name], text, queries=back, dead=dead)

    def _spawner_lost(self) -> None:
        if not self.stopping.is_set():
            log.error("the spawner is gone; starting another")
            self._go(self._start_spawner(), "")

    async def _start_spawner(self) -> None:
        """One that does not get ready is ended, which brings the next. Raises IfmemError when that has happened too often in a row."""
        try:
            await self.children.start()
        except IfmemError as error:
            self._spawner_failures += 1
            if self._spawner_failures >= supervision.STARTS_BEFORE_FAILED:
                raise
            log.error("%s %s", error.what, error.why)
            self.children.end_spawner()
        else:
            self._spawner_failures = 0

    async def restart(self, charge: Charge) -> None:
        """Restart on request: forgets the history, so that a failed process gets another chance."""
        charge.history = supervision.History()
        self.announcer.event("restart", charge, f"{charge.name}: restart asked for")
        if charge.child is not None:
            charge.sentence, charge.told_to_stop = "restart", True
            self._go(self.end([charge], self.config.stop_grace_s), "")
        elif charge.start_at is None or charge.start_at > time.monotonic():
            await self.fork(charge, fresh=True)

    # The end

    async def end(self, charges: Iterable[Charge], grace_s: float) -> None:
        """TERM, wait, KILL."""
        living = [charge for charge in charges if charge.child is not None]
        for charge in living:
            charge.told_to_stop = True
            if charge.child is not None:
                charge.child.signal(signal.SIGTERM)
        mine = [charge.child for charge in living]
        until = time.monotonic() + grace_s
        while time.monotonic() < until and any(c.child in mine and c.child for c in living):
            await asyncio.sleep(0.005)
        for charge in living:
            if charge.child is not None and charge.child in mine:
                charge.child.signal(signal.SIGKILL)
        until = time.monotonic() + KILLED_WITHIN_S
        while time.monotonic() < until and any(c.child in mine and c.child for c in living):
            await asyncio.sleep(0.005)
