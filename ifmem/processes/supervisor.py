"""The supervisor: keeps the bus and every process of the set alive, and hands back what the dead held.

It notices an exit at once (the spawner says so), a silence and a stall by the beats it hears through each process's own pipe, so a
silent bus kills nobody. What to do about it is decided in `core.lifecycle`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.lifecycle import Life, Limits
from ifmem.core.records import Beat
from ifmem.errors import Exit, IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.bus_keeper import BusKeeper
from ifmem.processes.charge import Charge
from ifmem.processes.children import Child, Children, end_session
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.loop import log_tasks
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.lock import hold_lock

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 0.1
LOCK_WAIT_S = 3.0  # a spawner that cleans up after a dead supervisor holds the lock for a moment
PAUSED_S = 1.0  # looking this late means that this process itself was stopped or starved


class Supervisor:
    def __init__(self, config: Config, stopping: asyncio.Event) -> None:
        self.config = config
        self.stopping = stopping
        self.keys = Keys(config.namespace)
        self.bus = Bus(bus_url(config))
        self.domains = prompts.domains(config)
        self.charges = {charge.name: charge for charge in _charges(self.domains)}
        self.announcer = Announcer(config, self.bus, self.keys, self.charges)
        self.keeper = BusKeeper(config, self.bus, self.announcer.bus_trouble)
        self.inheritance = Inheritance(self.bus, self.keys)
        self.children = Children(config, self._spawner_lost)
        self.limits = Limits(config.lost_after_s, config.stall_margin_s, config.start_timeout_s, config.load_timeout_s)
        self.jitter = random.Random()
        self._looked_at = time.monotonic()
        self._background: set[asyncio.Task[Any]] = set()
        self._gone = asyncio.Event()

    async def run(self) -> None:
        """Start everything, keep it alive until told to stop, end it in order. Raises IfmemError if it cannot start."""
        self.announcer.say(lifecycle.STARTING)
        try:
            await self._start()
            await self.stopping.wait()
        except IfmemError as error:
            self.announcer.say(lifecycle.FAILED, error)
            raise
        finally:
            await self._stop()

    async def _start(self) -> None:
        await self.keeper.start()
        await self.announcer.take_over()
        labels = {charge.name: charge.seat.label for charge in self.charges.values()}
        await self.inheritance.settle_estate(labels)
        await self.children.start()
        for task in (self.keeper.watch(), self.announcer.run(), self._look(), self._take_orders()):
            self._go(task)
        for charge in self.charges.values():
            await self._fork(charge, fresh=True)
        self.announcer.say(lifecycle.READY)

    def _go(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        """A part of the supervisor that fails takes the whole down, loudly: half a supervisor is worse than a restart."""
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("the supervisor failed", exc_info=task.exception())
            self.stopping.set()

    # Births

    async def _fork(self, charge: Charge, *, fresh: bool) -> None:
        charge.incarnation += 1
        charge.start_at = None
        charge.sentence = ""
        charge.told_to_stop = False
        charge.beat = None
        now = time.monotonic()
        charge.life = Life(started_at=now, state_since=now)
        charge.enter(lifecycle.STARTING, charge.reason if charge.restarts else "")
        charge.child = Child(
            charge.assignment(fresh=fresh),
            on_beat=lambda beat: self._heard(charge, beat),
            on_exit=lambda status: self._exited(charge, status),
        )
        self.announcer.changed.set()
        try:
            await self.children.fork(charge.child)
        except (OSError, TimeoutError) as error:  # the spawner died at this moment: it is started again, and so is this
            log.warning("%s could not be forked: %s", charge.name, error)
            charge.child = None
            charge.start_at = time.monotonic() + 0.1

    def _heard(self, charge: Charge, beat: Beat) -> None:
        if beat.incarnation != charge.incarnation or charge.life is None:
            return
        was_serving = charge.life.ready_at is not None
        if charge.heard(beat, time.monotonic()):
            self.announcer.changed.set()
        if not was_serving and charge.life.ready_at is not None:
            self.announcer.event("ready", charge, f"{charge.name} is ready")

    # Deaths

    def _exited(self, charge: Charge, status: int) -> None:
        """Decide at once what comes next; everything slow happens behind the restart."""
        now, life, child = time.monotonic(), charge.life, charge.child
        charge.child = None
        if child is None or life is None:
            return
        served_s = None if life.ready_at is None else now - life.ready_at
        charge.history = charge.history.after(lifecycle.Exit(now, served_s))
        charge.last_exit = lifecycle.exit_in_words(status, requested=charge.told_to_stop)
        self._go(self._settle(charge.seat, child, blame=not charge.told_to_stop))
        if self.stopping.is_set():
            charge.enter(lifecycle.STOPPED)
        elif charge.sentence == "restart":
            charge.start_at = now
        else:
            self._crashed(charge, status, now)
        if charge.start_at is not None and charge.start_at <= now:
            self._go(self._fork(charge, fresh=charge.sentence == "restart"))
        self.announcer.changed.set()

    def _crashed(self, charge: Charge, status: int, now: float) -> None:
        why = charge.sentence or charge.last_exit
        said = charge.reason if charge.state == lifecycle.FAILED or status > 0 else ""
        hopeless = status == Exit.COULD_NOT_BOOT
        if hopeless or charge.history.gave_up:
            reason = (
                said if hopeless else f"never became ready in {lifecycle.STARTS_BEFORE_FAILED} starts: {said or why}"
            )
            fix = charge.fix or f"See why: ifmem logs {charge.name}    then: ifmem restart {charge.name}"
            charge.enter(lifecycle.FAILED, reason, fix)
            self.announcer.event("failed", charge, f"{charge.name} failed: {reason}")
            return
        charge.restarts += 1
        pause = lifecycle.pause_before_restart(charge.history, self.config.restart_ceiling_s, self.jitter)
        charge.start_at = now + pause
        charge.enter(lifecycle.RESTARTING, f"restarted: {why}")
        kind = "completed" if status == 0 and not charge.sentence else "died"
        self.announcer.event(kind, charge, f"{charge.name} {why}; restart in {pause:.1f} s", pause_s=pause)

    async def _settle(self, seat: Any, child: Child, *, blame: bool) -> None:
        if child.pid is not None:
            end_session(child.pid)  # what the dead process had started itself must not outlive it
        back, dead = await until_bus_answers(lambda: self.inheritance.settle(seat, blame=blame))
        if back or dead:
            text = f"{seat.name} held {len(back) + len(dead)}: {len(back)} handed back, {len(dead)} given up"
            self.announcer.event("handed back", self.charges[seat.name], text, queries=back, dead=dead)

    def _spawner_lost(self) -> None:
        if not self.stopping.is_set():
            log.error("the spawner is gone; starting another")
            self._go(self.children.start())

    # Looking after the living

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = time.monotonic()
            late = now - self._looked_at - LOOK_EVERY_S
            self._looked_at = now
            for charge in self.charges.values():
                if late > PAUSED_S and charge.life is not None:  # it was us who slept: nobody is silent yet
                    heard = charge.life.last_beat_at
                    charge.life = replace(charge.life, last_beat_at=None if heard is None else heard + late)
                elif charge.child is not None and not charge.told_to_stop:
                    self._judge(charge, now)
                elif charge.child is None and charge.start_at is not None and charge.start_at <= now:
                    charge.start_at = None
                    self._go(self._fork(charge, fresh=False))

    def _judge(self, charge: Charge, now: float) -> None:
        assert charge.life is not None and charge.child is not None
        verdict = lifecycle.verdict(charge.life, now, self.limits)
        if not verdict or charge.sentence:
            return
        silent = now - (charge.life.last_beat_at or charge.life.started_at)
        charge.sentence = {
            lifecycle.LOST: f"lost: no beat for {silent:.1f} s",
            lifecycle.STALLED: f"stalled: its oldest question is {charge.life.late_s:.0f} s past its deadline",
            lifecycle.TOO_SLOW: f"too slow: {charge.life.state} for {now - charge.life.state_since:.0f} s",
        }[verdict]
        charge.enter(verdict if verdict != lifecycle.TOO_SLOW else charge.state, charge.sentence)
        self.announcer.event(verdict, charge, f"{charge.name} {charge.sentence}")
        self.announcer.changed.set()
        charge.child.signal(signal.SIGKILL)  # it cannot answer a TERM; a stopped process dies of this too

    async def _take_orders(self) -> None:
        while True:
            order = await until_bus_answers(self.announcer.registry.next_order)
            if order and order.get("op") == "restart":
                for name in order.get("names") or list(self.charges):
                    if charge := self.charges.get(name):
                        await self._restart(charge)

    async def _restart(self, charge: Charge) -> None:
        """Restart on request: forgets the history, so that a failed process gets another chance."""
        charge.history = lifecycle.History()
        self.announcer.event("restart", charge, f"{charge.name}: restart asked for")
        if charge.child is not None:
            charge.sentence, charge.told_to_stop = "restart", True
            self._go(self._end([charge], self.config.stop_grace_s))
        elif charge.start_at is None or charge.start_at > time.monotonic():
            await self._fork(charge, fresh=True)

    # The end

    async def _stop(self) -> None:
        """Askers first: everyone drains, the archivist records the last words, then the bus, then the spawner."""
        self.stopping.set()
        self.announcer.say(lifecycle.STOPPING)
        until = time.monotonic() + self.config.stop_grace_s
        workers = [charge for charge in self.charges.values() if charge.role != "archivist"]
        await self._end(workers, self.config.stop_grace_s)
        archivists = [charge for charge in self.charges.values() if charge.role == "archivist"]
        await self._end(archivists, max(0.2, until - time.monotonic()))
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.announcer.leave()
        await self.bus.close()
        await self.keeper.stop()
        await self.children.stop()
        self.announcer.say(lifecycle.STOPPED)

    async def _end(self, charges: Iterable[Charge], grace_s: float) -> None:
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
        while any(c.child in mine and c.child for c in living):
            await asyncio.sleep(0.005)


def _charges(domains: Iterable[Any]) -> Iterable[Charge]:
    yield Charge("archivist", "archivist", 0)
    yield Charge("coordinator", "coordinator", 0)
    for domain in domains:
        yield Charge("shard", domain.name, domain.number)


async def supervise(config: Config, ask_to_stop: Callable[[asyncio.Event], None]) -> None:
    """Run a supervisor under the project's lock until it is told to stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = 0

    def stop() -> None:
        nonlocal signals
        signals += 1
        stopping.set()
        if signals > 1:  # the second Ctrl-C: no more manners
            os._exit(int(Exit.INTERRUPTED))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGUSR1, log_tasks)
    with hold_lock(config.home, LOCK_WAIT_S):
        ask_to_stop(stopping)
        await Supervisor(config, stopping).run()


def main() -> int:
    """The detached supervisor: its configuration comes through standard input, what it has to say goes to its log."""
    from setproctitle import setproctitle

    from ifmem.processes.children import received_config

    config = received_config()
    setproctitle(f"ifmem supervisor {config.folder.name}")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(supervise(config, lambda _: None))
    except IfmemError as error:
        log.error("%s %s %s", error.what, error.why, error.fix)
        return int(error.exit_code)
    except Exception:
        log.exception("the supervisor failed")
        return int(Exit.DID_NOT_HAPPEN)
    return int(Exit.DONE)


if __name__ == "__main__":
    sys.exit(main())
