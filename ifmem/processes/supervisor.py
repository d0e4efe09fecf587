"""The supervisor: keeps the bus and every process of the set alive, and hands back what the dead held.

It notices an exit at once (the spawner says so), a silence and a stall by the beats it hears through each process's own pipe, so a
silent bus kills nobody. What to do about it is decided in `core.lifecycle`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections import ChainMap
from collections.abc import Coroutine, Iterable
from typing import Any

from ifmem import prompts
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.librarians import names
from ifmem.core.tasks import most_workers
from ifmem.errors import Exit, IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.bus_keeper import BusKeeper
from ifmem.processes.charge import Charge
from ifmem.processes.crew import Crew
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.lives import SETTLE, Lives
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.running import log_tasks
from ifmem.providers.choice import chosen
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.lock import AlreadyRunning, hold_lock
from ifmem.stores.tasks import Tasks

log = logging.getLogger("ifmem")
LOCK_MARGIN_S = 3.0  # a spawner that cleans up after a dead supervisor holds the lock for the grace and a moment


class Supervisor:
    def __init__(self, config: Config, stopping: asyncio.Event) -> None:
        self.config = config
        self.stopping = stopping
        self.keys = Keys(config.namespace)
        self.bus = Bus(bus_url(config))
        self.domains = prompts.domains(config)
        self.charges = {charge.name: charge for charge in _charges(self.domains, config.librarians)}
        workers: dict[str, Charge] = {}
        self.everyone = ChainMap(self.charges, workers)
        self.announcer = Announcer(config, self.bus, self.keys, self.everyone)
        self.keeper = BusKeeper(config, self.bus, self.announcer.bus_trouble)
        self.inheritance = Inheritance(self.bus, self.keys)
        self.lives = Lives(config, self.everyone, self.announcer, self.inheritance, stopping, self._go)
        most = most_workers(config.workers, (chosen(domain, config) for domain in self.domains))
        tasks = Tasks(self.bus, self.keys)
        self.crew = Crew(self.lives, workers, tasks, self.announcer.registry, most, self._go)
        self._background: set[asyncio.Task[Any]] = set()
        self._failure: BaseException | None = None

    async def run(self) -> None:
        """Start everything, keep it alive until told to stop, end it in order. Raises IfmemError if it cannot start."""
        self.announcer.say(lifecycle.STARTING)
        try:
            await self._start()
            await self.stopping.wait()
        except IfmemError as error:
            await self._stop()
            self.announcer.say(lifecycle.FAILED, error)
            raise
        await self._stop()
        if self._failure is not None:
            failed = IfmemError("the supervisor failed.", why=repr(self._failure), fix="See: ifmem logs supervisor")
            self.announcer.say(lifecycle.FAILED, failed)
            raise failed from self._failure
        self.announcer.say(lifecycle.STOPPED)

    async def _start(self) -> None:
        # First the spawner, then the bus: it stops the bus of a supervisor that dies while starting.
        spawning = asyncio.create_task(self.lives.children.start(), name="spawner")
        await asyncio.sleep(0)
        try:
            await self.keeper.start()
            await self.announcer.take_over()
            labels = {charge.name: charge.seat.label for charge in self.charges.values()}
            await self.inheritance.settle_estate(labels)
            await self.crew.inherit()
        finally:
            await spawning
        for task in (self.keeper.watch(), self.announcer.run(), self._take_orders()):
            self._go(task)
        await self.lives.begin()
        self._go(self.lives.look_after())
        self._go(self.crew.run())
        self.announcer.say(lifecycle.READY)

    def _go(self, work: Coroutine[Any, Any, Any], name: str = "") -> None:
        task = asyncio.create_task(work, name=name or None)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        """A part of the supervisor that fails takes the whole down, loudly: half a supervisor is worse than a restart."""
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
            log.error("the supervisor failed", exc_info=self._failure)
            self.stopping.set()

    async def _take_orders(self) -> None:
        while True:
            order = await until_bus_answers(self.announcer.registry.next_order)
            if order and order.get("op") == "work":
                self.crew.look()
            elif order and order.get("op") == "restart":
                for name in order.get("names") or list(self.charges):
                    if charge := self.charges.get(name):
                        await self.lives.restart(charge)

    # The end

    async def _stop(self) -> None:
        """Askers first: everyone drains, the archivist records the last words, then the bus, then the spawner."""
        self.stopping.set()
        self.announcer.say(lifecycle.STOPPING)
        until = time.monotonic() + self.config.stop_grace_s
        first = [charge for charge in self.everyone.values() if charge.role != "archivist"]
        await self.lives.end(first, self.config.stop_grace_s)
        archivists = [charge for charge in self.charges.values() if charge.role == "archivist"]
        await self.lives.end(archivists, max(0.2, until - time.monotonic()))
        settling = [task for task in self._background if task.get_name() == SETTLE]
        if settling:
            await asyncio.wait(settling, timeout=1.0)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.announcer.leave()
        await self.keeper.stop()
        await self.bus.close()
        await self.lives.children.stop()


def _charges(domains: Iterable[Any], librarians: int) -> Iterable[Charge]:
    yield Charge("archivist", "archivist", 0)
    yield Charge("coordinator", "coordinator", 0)
    yield Charge("watcher", "watcher", 0)
    for domain in domains:
        yield Charge("shard", domain.name, domain.number)
    for name in names(librarians):
        yield Charge("librarian", name, 0)


async def supervise(config: Config) -> None:
    """Run a supervisor under the project's lock until it is told to stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if stopping.is_set():  # the second Ctrl-C: no more manners; the spawner ends what is left
            os._exit(int(Exit.INTERRUPTED))
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGUSR1, log_tasks)
    with hold_lock(config.home, config.stop_grace_s + LOCK_MARGIN_S):
        await Supervisor(config, stopping).run()


def log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def main() -> int:
    """The detached supervisor: its configuration comes through standard input, what it has to say goes to its log."""
    from setproctitle import setproctitle

    from ifmem.processes.children import received_config

    config = received_config()
    setproctitle(f"ifmem supervisor {config.folder.name}")
    log_to_stderr()
    try:
        asyncio.run(supervise(config))
    except AlreadyRunning:
        log.info("another supervisor was faster; leaving")
        return int(Exit.DONE)
    except IfmemError as error:
        log.error("%s %s %s", error.what, error.why, error.fix)
        return int(error.exit_code)
    except Exception:
        log.exception("the supervisor failed")
        return int(Exit.DID_NOT_HAPPEN)
    return int(Exit.DONE)


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    os._exit(status)  # nothing is left to tidy up, and `down` waits for this
