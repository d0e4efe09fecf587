"""The supervisor: keeps the bus and every process of the set alive, and hands back what the dead held.

It notices an exit at once (the spawner says so), a silence and a stall by the beats it hears through each process's own pipe, so a
silent bus kills nobody. What to do about it is decided in `core.supervision`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import ChainMap
from collections.abc import Iterable, Sequence

from ifmem import prompts
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.domains import Domain
from ifmem.core.keys import Keys
from ifmem.core.librarians import names
from ifmem.core.tasks import most_workers
from ifmem.processes.announcing import Announcer
from ifmem.processes.bus_keeper import BusKeeper
from ifmem.processes.bus_sync import keep_on_disk
from ifmem.processes.charge import Charge
from ifmem.processes.crew import Crew
from ifmem.processes.elsewhere import Elsewhere, distant
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.lives import Lives
from ifmem.processes.overseeing import Overseer, oversee, run_detached
from ifmem.processes.patience import until_bus_answers
from ifmem.providers.choice import chosen
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.hosting import Hosting
from ifmem.stores.tasks import Tasks

log = logging.getLogger("ifmem")


class Supervisor(Overseer):
    def __init__(self, config: Config, stopping: asyncio.Event) -> None:
        super().__init__(config, stopping)
        self.keys = Keys(config.namespace)
        self.bus = Bus(bus_url(config))
        self.domains = prompts.domains(config)
        self.charges = {charge.name: charge for charge in _charges(self.domains, config.librarians)}
        workers: dict[str, Charge] = {}
        self.everyone = ChainMap(self.charges, workers)
        self.distant = distant(self.domains)
        self.announcer = Announcer(config, self.bus, self.keys, self.everyone, self.distant)
        self.keeper = BusKeeper(config, self.bus, self.announcer.bus_trouble)
        self.inheritance = Inheritance(self.bus, self.keys)
        hosting = Hosting(self.bus, self.keys)
        self.elsewhere = Elsewhere(config, self.distant, self.announcer, self.inheritance, hosting, self.go)
        self.lives = Lives(config, self.everyone, self.announcer, self.inheritance, stopping, self.go)
        most = most_workers(config.workers, (chosen(domain, config) for domain in self.domains))
        tasks = Tasks(self.bus, self.keys)
        self.crew = Crew(self.lives, workers, tasks, self.announcer.registry, most, self.go)

    async def start(self) -> None:
        # First the spawner, then the bus: it stops the bus of a supervisor that dies while starting.
        spawning = asyncio.create_task(self.lives.children.start(), name="spawner")
        await asyncio.sleep(0)
        try:
            await self.keeper.start()
            await self.elsewhere.refuse_strangers(charge.name for charge in self.charges.values() if charge.number)
            await self.announcer.take_over()
            labels = {charge.name: charge.seat.label for charge in self.charges.values()}
            await self.inheritance.settle_estate(labels, self.distant)
            await self.crew.inherit()
            await self.elsewhere.look()  # before there is a coordinator, which would give up whom no machine serves
        finally:
            await spawning
        for task in (self.keeper.watch(), self.announcer.run(), self._take_orders()):
            self.go(task)
        if self.keeper.server is not None:
            self.go(keep_on_disk(self.keeper.server.folder))
        await self.lives.begin()
        self.go(self.lives.judge.look_after())
        self.go(self.crew.run())
        self.go(self.elsewhere.look_after())
        self.announcer.say(lifecycle.READY)

    async def _take_orders(self) -> None:
        while True:
            order = await until_bus_answers(self.announcer.registry.next_order)
            if order and order.get("op") == "work":
                self.crew.look()
            elif order and order.get("op") == "restart":
                for name in order.get("names") or [*self.charges, *self.distant]:
                    if charge := self.charges.get(name):
                        await self.lives.restart(charge)
                    elif shard := self.distant.get(name):
                        await self.elsewhere.restart(shard)

    # The end

    async def stop(self) -> None:
        """Askers first: everyone drains, the archivist records the last words, then the bus, then the spawner."""
        self.stopping.set()
        self.announcer.say(lifecycle.STOPPING)
        until = time.monotonic() + self.config.stop_grace_s
        first = [charge for charge in self.everyone.values() if charge.role != "archivist"]
        await self.lives.end(first, self.config.stop_grace_s)
        archivists = [charge for charge in self.charges.values() if charge.role == "archivist"]
        await self.lives.end(archivists, max(0.2, until - time.monotonic()))
        await self.end_background()
        await self.announcer.leave()
        await self.keeper.stop()
        await self.bus.close()
        await self.lives.children.stop()


def _charges(domains: Sequence[Domain], librarians: int) -> Iterable[Charge]:
    yield Charge("archivist", "archivist", 0)
    yield Charge("coordinator", "coordinator", 0)
    yield Charge("watcher", "watcher", 0)
    if any(domain.remote for domain in domains):
        yield Charge("publisher", "publisher", 0)
    for domain in domains:
        if not domain.remote:
            yield Charge("shard", domain.name, domain.number)
    for name in names(librarians):
        yield Charge("librarian", name, 0)


async def supervise(config: Config) -> None:
    """Run a supervisor under the project's lock until it is told to stop."""
    await oversee(config, Supervisor)


if __name__ == "__main__":
    status = run_detached("supervisor", supervise)
    logging.shutdown()
    os._exit(status)  # nothing is left to tidy up, and `down` waits for this
