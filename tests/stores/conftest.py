"""A real server of the tests' own, empty at the start of each test, and an archive."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running_set import eventually

from ifmem.config.loading import load
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer

OnBus = Callable[[Callable[[Bus], Awaitable[Any]]], Any]


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that is configured as the embedded one is."""
    folder = tmp_path_factory.mktemp("bus")
    server = BusServer.of(load(folder, env={"IFMEM_HOME": str(folder / "home")}))
    process = subprocess.Popen(server.prepare(), stdout=subprocess.DEVNULL)
    try:
        eventually(server.socket.exists, what="the server")
        yield server.operator_url
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def on_bus(valkey: str) -> OnBus:
    """Runs `work(bus)` to its end on an event loop and a connection of its own."""

    def run(work: Callable[[Bus], Awaitable[Any]]) -> Any:
        async def connected() -> Any:
            bus = Bus(valkey)
            try:
                return await work(bus)
            finally:
                await bus.close()

        return asyncio.run(connected())

    run(lambda bus: bus.call("FLUSHALL"))
    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ifmem.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.writing(path) as opened:
        yield opened
