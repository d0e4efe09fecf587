"""Keeps the embedded bus alive: starts it or adopts the one an earlier supervisor left, starts it again when it dies, stops it last."""

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
from ifmem.processes.children import is_running, launch, until_gone
from ifmem.stores.bus import Bus, BusLost
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
        os.kill(pid, signal.SIGKILL)
        await _gone(pid, str(self.server.config_file), 2.0)
        return False

    async def _launch(self) -> None:
        assert self.server is not None
        command = self.server.prepare()
        self._process = await launch(command, self.config.logs / "bus.log")
        self.pid = self._process.pid
        until = time.monotonic() + self.config.load_timeout_s
        while time.monotonic() < until:
            if self._process.returncode is not None:
                raise IfmemError(
                    "the embedded bus did not start.",
                    why=f"it left with exit code {self._process.returncode}; {self._last_words()}",
                    fix="Is the disk full or read-only? All it said: ifmem logs bus",
                )
            with contextlib.suppress(BusLost):
                await self.bus.call("PING")
                log.info("bus ready (pid %s)", self.pid)
                return
            await asyncio.sleep(LOOK_AGAIN_S)
        raise IfmemError("the embedded bus did not answer in time.", why="still loading", fix="ifmem logs bus")

    def _last_words(self) -> str:
        assert self.server is not None
        try:
            lines = self.server.log.read_text(errors="replace").splitlines()
        except OSError:
            return "its log cannot be read"
        return lines[-1] if lines else "its log is empty"

    async def watch(self) -> None:
        """Start the embedded server again whenever it is gone. Does nothing for somebody else's server."""
        while self.server is not None:
            await self._until_gone()
            self.restarts += 1
            self.on_trouble("the bus was gone and is being restarted")
            try:
                await self._launch()
                self.on_trouble("")
            except IfmemError as error:
                log.error("%s %s", error.what, error.why)
                self.on_trouble(f"{error.what} {error.why}")
                await asyncio.sleep(RESTART_PAUSE_S)

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
