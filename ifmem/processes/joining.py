"""Serving shards of a set whose home is another machine: a small supervisor of its own, with a spawner and these shards.

They live and die under the same supervision as at home. What is different is that there is no bus, coordinator or archivist to keep,
and that the home decides when it is over.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.hosting import Invitation, as_host
from ifmem.core.keys import Keys
from ifmem.core.protocol import same_protocol
from ifmem.core.status import ProcessStatus
from ifmem.errors import Exit, IfmemError
from ifmem.processes.charge import Charge
from ifmem.processes.hosting import HostAnnouncer
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.lives import Lives
from ifmem.processes.overseeing import Overseer, oversee, run_detached
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.hand_off import Seat
from ifmem.stores.hosting import Hosting
from ifmem.stores.registry import Registry
from ifmem.stores.set_overview import take_overview

log = logging.getLogger("ifmem")
HEED_EVERY_S = 1.0


class Host(Overseer):
    """Oversees what `config.guests` names."""

    def __init__(self, config: Config, stopping: asyncio.Event) -> None:
        super().__init__(config, stopping)
        keys = Keys(config.namespace)
        self.bus = Bus(bus_url(config))
        self.charges = {name: Charge("guest", name, facts["number"]) for name, facts in config.guests.items()}
        self.announcer: HostAnnouncer = HostAnnouncer(config, self.bus, keys, self.charges, stopping)
        self.lives = Lives(config, self.charges, self.announcer, Inheritance(self.bus, keys), stopping, self.go)

    async def start(self) -> None:
        await self.announcer.take_over()
        # Before the spawner, which takes a second to start: silence is how a host is lost.
        self.go(self.announcer.run())
        await until_bus_answers(self._inherit)
        await self.lives.children.start()
        await self.lives.begin()
        self.go(self.lives.judge.look_after())
        self.go(self._heed_restarts())
        self.announcer.say(lifecycle.READY)

    async def _inherit(self) -> None:
        """Hand back what an earlier life of this host still holds: one that died too suddenly to do it, and was back before home missed it.
        Safe to repeat."""
        for charge in self.charges.values():
            # What may still be leaving is refused from here on.
            charge.incarnation = await self.announcer.number(charge)
        for name, incarnation in await self.lives.inheritance.hand_off.abandoned():
            heir = self.charges.get(name)
            if heir is not None and incarnation < heir.incarnation:
                await self.lives.inheritance.settle(Seat(name, incarnation, heir.seat.label), blame=True)

    async def _heed_restarts(self) -> None:
        """Home makes an incarnation one of the past to have a shard restarted: one that was given up here gets another chance by that."""
        while True:
            await asyncio.sleep(HEED_EVERY_S)
            counted = await until_bus_answers(self.announcer.registry.incarnations)
            for charge in self.charges.values():
                if charge.state == lifecycle.FAILED and counted.get(charge.name, 0) > charge.incarnation:
                    await self.lives.restart(charge)

    async def stop(self) -> None:
        """The shards finish what they can and hand back the rest; then the place is free."""
        self.stopping.set()
        self.announcer.say(lifecycle.STOPPING)
        await self.lives.end(self.charges.values(), self.config.stop_grace_s)
        await self.end_background()
        await self.announcer.leave()
        await self.bus.close()
        await self.lives.children.stop()


async def host(config: Config) -> None:
    """Serve these shards until told to stop, by a signal or by their home. Raises IfmemError if somebody else serves one."""
    await oversee(config, Host)


async def invited(own: Config, names: Sequence[str], bus: Bus) -> Config:
    """The settings for serving these shards here, as their home says and this machine allows. Raises IfmemError."""
    keys = Keys(own.namespace)
    overview = await take_overview(bus, keys)
    same_protocol(overview.info)
    if not overview.alive or await Registry(bus, keys).dismissed():
        raise IfmemError(
            "no set runs on this bus.",
            why="nothing has said so lately" + (f" in the namespace {own.namespace}" if own.namespace else ""),
            fix="Start it on its own machine first, with the same IFMEM_REDIS_URL and IFMEM_NAMESPACE: ifmem up",
            exit_code=Exit.NOTHING_RUNNING,
        )
    shards = [process for process in overview.processes if process.number]
    return as_host(own, {name: await _invitation(name, shards, Hosting(bus, keys)) for name in names})


async def _invitation(name: str, shards: Sequence[ProcessStatus], hosting: Hosting) -> Invitation:
    found = await hosting.invitation(name)
    remote = [shard.name for shard in shards if shard.remote]
    if name in remote and found is not None and found.name == name:
        return found
    known = name in [shard.name for shard in shards]
    raise IfmemError(
        f"{name} is not for other machines to serve." if known else f"there is no shard {name!r} in that set.",
        why=f"remote shards of that set: {', '.join(remote) or 'none'}",
        fix=f"At its home, in ifmem.toml: [shards.{name}] remote = true    then: ifmem down; ifmem up",
        exit_code=Exit.USAGE,
    )


if __name__ == "__main__":
    code = run_detached("host", host)
    logging.shutdown()
    os._exit(code)  # nothing is left to tidy up, and `leave` waits for this
