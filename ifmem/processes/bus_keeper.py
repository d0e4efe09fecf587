"""Keeps the embedded bus alive: starts it or adopts the one an earlier supervisor left, replaces it when it dies or stands still, stops
it last."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable

from ifmem.config import Config
from ifmem.errors import IfmemError
from ifmem.processes.bus_watch import until_silent
from ifmem.processes.ending import until_gone
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.process_table import is_running
from ifmem.processes.programs import launch
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.bus_server import BusServer

log = logging.getLogger("ifmem")
LOOK_AGAIN_S = 0.005
RESTART_PAUSE_S = 1.0  # after a server that did not get as far as answering


class BusKeeper:
    """`on_trouble` hears what is wrong with the bus ("" when it is well again) and how often it was restarted."""

    def __init__(self, config: Config, bus: Bus, on_trouble: Callable[[str], None]) -> None:
        self.config = config
        self.bus = bus
        self.restarts = 0
        self.on_trouble = on_trouble
        self.server = None if config.redis_url else BusServer.of(config)
        self.pid: int | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._trouble = ""

    async def start(self) -> None:
        """Have a bus that answers. Raises IfmemError: no server program, none at that address, wrong password."""
        if self.server is None:
            await self.bus.call("PING")
        elif await self._adopted():
            log.info("found the bus of an earlier supervisor running (pid %s)", self.pid)
        else:
            await self._launch()

    async def _adopted(self) -> bool:
        assert self.server is not None
        pid = self.server.recorded_pid()
        if pid is None or not is_running(pid, str(self.server.config_file)):
            return False
        with contextlib.suppress(BusLost):
            await self.bus.call("PING")
            self.pid = pid
            return True
        log.warning("the bus of an earlier supervisor (pid %s) does not answer; replacing it", pid)
        self.pid = pid
        self._kill()
        await _gone(pid, str(self.server.config_file), 2.0)
        return False

    async def _launch(self) -> None:
        assert self.server is not None
        command = self.server.prepare()
        self._process = await launch(command, self.config.logs / "bus.log")
        self.pid = self._process.pid
        silent = asyncio.create_task(until_silent(self.bus, self.config.bus_lost_after_s))
        try:
            await self._until_ready(self._process, silent)
        finally:
            silent.cancel()

    async def _until_ready(self, process: asyncio.subprocess.Process, silent: asyncio.Task[None]) -> None:
        """Wait until the server has loaded what it has. One that is silent is ended. Raises IfmemError."""
        until = time.monotonic() + self.config.load_timeout_s
        while time.monotonic() < until and not silent.done():
            if process.returncode is not None:
                raise IfmemError(
                    "the embedded bus did not start.",
                    why=f"it left with exit code {process.returncode}; {self._last_words()}",
                    fix="Is the disk full or read-only? All it said: ifmem logs bus",
                )
            with contextlib.suppress(BusLost):
                await self.bus.call("PING")
                log.info("bus ready (pid %s)", self.pid)
                return
            await asyncio.sleep(LOOK_AGAIN_S)
        if silent.done():
            self._kill()
        why = "it does not react; it was ended" if silent.done() else "still loading"
        raise IfmemError("the embedded bus did not answer in time.", why=why, fix="ifmem logs bus")

    def _last_words(self) -> str:
        assert self.server is not None
        try:
            lines = self.server.log.read_text(errors="replace").splitlines()
        except OSError:
            return "its log cannot be read"
        return lines[-1] if lines else "its log is empty"

    async def watch(self) -> None:
        """Start the embedded server again whenever it is gone or was ended. Does nothing for somebody else's server."""
        while self.server is not None:
            trouble = await self._until_useless()
            self.restarts += 1
            self._tell(f"the bus {trouble} and is being restarted")
            try:
                await self._launch()
                self._tell("")
            except IfmemError as error:
                log.error("%s %s", error.what, error.why)
                self._tell(f"{error.what} {error.why}")
                await asyncio.sleep(RESTART_PAUSE_S)

    def _tell(self, trouble: str) -> None:
        self._trouble = trouble
        self.on_trouble(trouble)

    async def _tell_when_well(self) -> None:
        """A server that takes longer to load than anybody waited for is well in the end."""
        if self._trouble:
            await until_bus_answers(lambda: self.bus.call("PING"))
            self._tell("")

    async def _until_useless(self) -> str:
        """Wait for the end of the server, and end one that does not answer; in words which of the two it was.

        A KILL loses nothing that was acknowledged: it had been written to the append-only file before.
        """
        gone = asyncio.create_task(self._until_gone())
        silent = asyncio.create_task(until_silent(self.bus, self.config.bus_lost_after_s))
        well = asyncio.create_task(self._tell_when_well())
        try:
            await asyncio.wait((gone, silent), return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return "was gone"
            log.error(
                "the bus (pid %s) has answered nothing for %.1f s; replacing it", self.pid, self.config.bus_lost_after_s
            )
            self._kill()
            await gone
            return f"answered nothing for {self.config.bus_lost_after_s:g} s"
        finally:
            for task in (gone, silent, well):
                task.cancel()
            await asyncio.gather(gone, silent, well, return_exceptions=True)

    def _kill(self) -> None:
        assert self.server is not None
        if self.pid is not None and is_running(self.pid, str(self.server.config_file)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def _until_gone(self) -> None:
        assert self.server is not None
        if self._process is not None:
            await self._process.wait()
        elif self.pid is not None:  # adopted: not our child, so nobody tells us
            await until_gone(self.pid, str(self.server.config_file))

    async def stop(self) -> None:
        """End the embedded server: it writes what it has, then leaves. KILL after the grace."""
        if self.server is None or self.pid is None:
            return
        name = str(self.server.config_file)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if await _gone(self.pid, name, self.config.stop_grace_s):
                break
        for leftover in (self.server.socket, self.server.pid_file):
            leftover.unlink(missing_ok=True)


async def _gone(pid: int, name: str, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while is_running(pid, name):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(LOOK_AGAIN_S)
    return True
