from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.processes.bus_watch import until_silent
from ifmem.stores.bus import Bus

SILENT_S, WATCHED_S = 0.9, 1.8


async def found_silent(socket: Path, reply: bytes, within_s: float) -> bool:
    """Whether a server that greets everybody and answers a PING with `reply` is found silent in that time."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(b"+OK\r\n" * data.count(b"SETINFO") + reply * data.count(b"PING"))
        writer.close()

    async with await asyncio.start_unix_server(serve, socket):
        bus = Bus(f"unix://{socket}")
        try:
            async with asyncio.timeout(within_s):
                await until_silent(bus, SILENT_S)
        except TimeoutError:
            return False
        finally:
            await bus.close()
    return True


@pytest.mark.parametrize(
    ("reply", "silent"), [(b"", True), (b"-LOADING still\r\n", False), (b"-MISCONF no disk\r\n", False)]
)
def test_a_server_that_says_anything_is_not_silent(tmp_path: Path, reply: bytes, silent: bool) -> None:
    assert asyncio.run(found_silent(tmp_path / "bus.sock", reply, PATIENCE_S if silent else WATCHED_S)) is silent


def test_a_server_that_nobody_can_reach_is_of_no_use(tmp_path: Path) -> None:
    async def watched() -> bool:
        bus = Bus(f"unix://{tmp_path / 'bus.sock'}")
        async with asyncio.timeout(PATIENCE_S):
            await until_silent(bus, SILENT_S)
        return True

    assert asyncio.run(watched())
