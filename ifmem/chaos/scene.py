"""The private set that faults happen to: its processes by name, its bus, its disk and clock, and what was done to it so far."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ifmem.chaos.clients import Clients
from ifmem.chaos.clock import SteppedClock
from ifmem.chaos.disk import Disk
from ifmem.chaos.wire import Wire
from ifmem.client import Memory
from ifmem.core.lifecycle import SERVING
from ifmem.core.status import ProcessStatus, Status
from ifmem.errors import IfmemError
from ifmem.processes.observing import observe
from ifmem.processes.process_table import descendants, is_running
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer
from ifmem.stores.lock import read_state

LOOK_EVERY_S = 0.01
THERE_WITHIN_S = 15.0
SUPERVISOR, SPAWNER, BUS = "supervisor", "spawner", "bus"
T = TypeVar("T")


@dataclass
class Injected:
    """One fault as it happened. `at` is the set's clock, `healed_at` monotonic (None: nothing to heal). `victims` are the lives it
    ends, or may end, as (name, incarnation); `everyone` says that no process is safe from it. `noticed_ms` and `ready_ms` are
    filled where they are measured on the spot; the rest comes from the archive."""

    fault: str
    target: str
    at: float
    victims: tuple[tuple[str, int], ...] = ()
    everyone: bool = False
    healed_at: float | None = None
    marks: Path | None = None
    noticed_ms: float | None = None
    ready_ms: float | None = None
    failed: str = ""


@dataclass
class Scene:
    memory: Memory
    bus: Bus
    clients: Clients
    disk: Disk
    clock: SteppedClock
    wire: Wire
    marks: Path
    outage_s: float
    injected: list[Injected] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)  # answers that were on no more than the bus when it was emptied

    @property
    def server(self) -> BusServer:
        return BusServer.of(self.memory.config)

    async def status(self) -> Status:
        return await observe(self.memory.config, self.bus)

    async def processes(self) -> tuple[ProcessStatus, ...]:
        status = await self.status()
        return (*status.shards, *status.processes)

    async def victim(self, name: str) -> ProcessStatus:
        """The process of that name, once it serves. Raises IfmemError if it does not."""

        async def look() -> ProcessStatus | None:
            found = (one for one in await self.processes() if one.name == name)
            return next((one for one in found if one.state in SERVING and one.pid and self._is_ours(one.pid)), None)

        return await until(look, THERE_WITHIN_S, f"{name} does not serve")

    async def everyone(self) -> tuple[tuple[str, int], ...]:
        return tuple((one.name, one.incarnation) for one in await self.processes())

    def supervisor(self) -> int:
        return int(read_state(self.memory.config.home).get("pid", 0))

    def spawner(self) -> int:
        """Raises IfmemError if there is none at the moment."""
        for process in descendants(self.supervisor()):
            if is_running(process.pid, "ifmem spawner"):
                return process.pid
        raise IfmemError("there is no spawner at the moment.")

    def bus_pid(self) -> int:
        """Raises IfmemError if there is none at the moment."""
        pid = self.server.recorded_pid()
        if pid is None or not is_running(pid, str(self.server.config_file)):
            raise IfmemError("there is no bus at the moment.")
        return pid

    def pid_of(self, name: str) -> int:
        """The supervisor, the spawner or the bus."""
        return {SUPERVISOR: self.supervisor, SPAWNER: self.spawner, BUS: self.bus_pid}[name]()

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Signal a process of this set, and never another: pids are used again."""
        if pid == self.supervisor() or self._is_ours(pid) or pid == self.server.recorded_pid():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _is_ours(self, pid: int) -> bool:
        return any(process.pid == pid for process in descendants(self.supervisor()))

    async def until_ready(self, within_s: float) -> bool:
        """Whether all of it serves within that time."""

        async def look() -> bool:
            return (await self.status()).ready

        with suppress(IfmemError):
            return await until(look, within_s, "the set is not ready")
        return False


async def until(look: Callable[[], Awaitable[T | None]], within_s: float, otherwise: str) -> T:
    """The first true value of `look`. Raises IfmemError."""
    end = time.monotonic() + within_s
    while not (found := await look()):
        if time.monotonic() > end:
            raise IfmemError(f"{otherwise} after {within_s:g} s.")
        await asyncio.sleep(LOOK_EVERY_S)
    return found
