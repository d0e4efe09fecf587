"""What every part of the front door stands on: one folder's settings, an event loop, a connection to the bus."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.protocol import same_protocol
from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.bus_server import bus_url
from ifmem.stores.lock import is_locked, read_state
from ifmem.stores.trust import settled

if TYPE_CHECKING:  # each command loads what it uses: `status` no questions, `ask` no table of processes
    from ifmem.core.status import Status
    from ifmem.processes.asking import Asking

T = TypeVar("T")


class Connection:
    """One folder's set, reached synchronously. `config` is what counts for it."""

    def __init__(
        self, folder: Path | str | None = None, *, redis_url: str | None = None, namespace: str | None = None
    ) -> None:
        self.config: Config
        self.config, self._refusal = settled(folder, {"redis_url": redis_url, "namespace": namespace})
        self._runner = asyncio.Runner()
        self._bus: Bus | None = None

    @cached_property
    def shard_names(self) -> tuple[str, ...]:
        from ifmem import prompts

        return tuple(domain.name for domain in prompts.domains(self.config))

    def _connected(self) -> Bus:
        if self._bus is None:
            self._bus = Bus(bus_url(self.config))
        return self._bus

    def _asking(self) -> Asking:
        from ifmem.processes.asking import Asking

        return Asking(self._connected(), Keys(self.config.namespace), self.config.queue_limit, self.standstill)

    def _run(self, work: Coroutine[Any, Any, T], *, needs_set: bool = False) -> T:
        if needs_set:
            try:
                self._must_run()
            except BaseException:
                work.close()
                raise
        return self._runner.run(work)

    def _must_be_trusted(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    def _must_run(self) -> None:
        if not self.config.redis_url and is_locked(self.config.home):
            same_protocol(read_state(self.config.home))  # its supervisor lives; the bus need not be asked
            return
        status = self._observed()
        if status.state == lifecycle.STOPPED:
            raise IfmemError(
                f"ifmem is not running in {self.config.folder}.",
                why=status.reason,
                fix="Start it: ifmem up",
                exit_code=Exit.NOTHING_RUNNING,
            )
        if status.state == lifecycle.UNREACHABLE and self.config.redis_url:
            self._runner.run(self._reach())

    def _observed(self) -> Status:
        """How the processes are; a session that answers for one is somebody else's, and no start waits for it."""
        from ifmem.processes.observing import observe

        return self._runner.run(observe(self.config, self._connected()))

    def standstill(self) -> str:
        """What is wrong with a supervisor that holds its place and does nothing, and what mends it; "" if none does that."""
        from ifmem.processes.standstill import REPLACE, standstill

        found = standstill(self.config)
        return f"{found.reason}. {REPLACE}" if found else ""

    async def _bus_answers(self) -> bool:
        try:
            await self._connected().call("PING")
        except BusLost:
            return False
        return True

    async def _reach(self) -> None:
        """Somebody else's server has to answer before anything can go on; ours is being restarted and is worth waiting for."""
        try:
            await self._connected().call("PING")
        except BusLost as error:
            origin = self.config.origins["redis_url"]
            raise IfmemError(error.what, why=f"{error.why}; the address is from {origin}", fix=error.fix) from None

    def close(self) -> None:
        """Let go of the connection. The set goes on."""
        if self._bus is not None:
            self._runner.run(self._bus.close())
            self._bus = None
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
