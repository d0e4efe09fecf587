"""What a machine that serves shards of another's set tells that set: who serves them and how they are, several times a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.errors import IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.charge import Charge
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hosting import Hosting


class HostAnnouncer(Announcer):
    """Claims each shard for this machine, and says so again with every sign of life. `stopping` is set when the home is stopped."""

    def __init__(
        self, config: Config, bus: Bus, keys: Keys, charges: Mapping[str, Charge], stopping: asyncio.Event
    ) -> None:
        super().__init__(config, bus, keys, charges)
        self.hosting = Hosting(bus, keys)
        self.stopping = stopping
        self.renew_every_s = config.beat_every_s

    async def take_over(self) -> None:
        """Raises IfmemError if another machine serves one of the shards."""
        await self._say_all()

    async def number(self, charge: Charge) -> int:
        return await until_bus_answers(lambda: self.registry.next_incarnation(charge.name, charge.incarnation))

    async def _write(self) -> None:
        if await self.registry.dismissed():
            self.stopping.set()
        await self._say_all()
        await self._write_events()

    async def _say_all(self) -> None:
        for charge in self.charges.values():
            other = await self.hosting.occupy(self._place, charge.status())
            if other:
                raise IfmemError(
                    f"{charge.name} is served by another machine: {other}.",
                    why="two would answer each other's questions",
                    fix=f"Stop that one first: ifmem leave    or see how it is: ifmem status --wide at {self.url}",
                )

    def _document(self, state: str, error: IfmemError | None) -> dict[str, Any]:
        return {**super()._document(state, error), "serves": list(self.charges)}

    async def leave(self) -> None:
        """Everything was handed back: let the home know, and leave the place to the next."""
        with contextlib.suppress(BusLost):
            await self._write_events()
            for charge in self.charges.values():
                charge.enter(lifecycle.STOPPED)
                await self.hosting.vacate(self._place, charge.status())
