"""Who is out of service: nobody should wait for a process that was given up, or for a shard that no machine serves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping

from ifmem.core import lifecycle
from ifmem.processes.pulse import to_next_pulse
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.registry import Registry

LOOK_EVERY_S = 2.0
HOST_WITHIN_S = 1.5  # a remote shard that has waited longer for a host is out of service


class Service:
    """`out` is who is out of service, and why. `fell_out` hears of each that was not at the last look."""

    def __init__(
        self, registry: Registry, fell_out: Callable[[str, str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.out: Mapping[str, str] = {}
        self._registry = registry
        self._fell_out = fell_out
        self._clock = clock
        self._waiting: dict[str, float] = {}  # remote shards that no machine serves, and since when

    async def go_on(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(to_next_pulse(LOOK_EVERY_S))

    async def look(self) -> None:
        """A bus that is lost tells nothing new."""
        with contextlib.suppress(BusLost):
            processes = await self._registry.processes()
            now = self._clock()
            self._waiting = {p.name: self._waiting.get(p.name, now) for p in processes if p.state == lifecycle.WAITING}
            # Who only waits for a host may have one at the next moment.
            waited = {name for name, since in self._waiting.items() if now - since >= HOST_WITHIN_S}
            before = self.out
            self.out = {p.name: p.reason for p in processes if p.state == lifecycle.FAILED or p.name in waited}
            for name in self.out.keys() - before.keys():
                self._fell_out(name, self.out[name])
