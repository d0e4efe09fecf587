from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from running_set import PATIENCE_S

from ifmem.config.loading import load
from ifmem.processes.bus_keeper import BusKeeper
from ifmem.processes.launching import make_places
from ifmem.stores.bus import Bus

LOADING, WELL = b"-LOADING still\r\n", b"+PONG\r\n"


class Server:
    """Says to a PING what it is told to; it is asked in place of the real server that is started and killed."""

    def __init__(self) -> None:
        self.reply = WELL

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(b"+OK\r\n" * data.count(b"SETINFO") + self.reply * data.count(b"PING"))
        writer.close()


def test_a_bus_that_loads_for_longer_than_anybody_waited_is_well_in_the_end(tmp_path: Path) -> None:
    config = replace(load(tmp_path, env={}), load_timeout_s=0.2)
    make_places(config)
    server, told = Server(), asyncio.Queue[str]()

    async def work() -> list[str]:
        async with await asyncio.start_unix_server(server.serve, tmp_path / "asked.sock"), asyncio.timeout(PATIENCE_S):
            bus = Bus(f"unix://{tmp_path / 'asked.sock'}")
            keeper = BusKeeper(config, bus, told.put_nowait)
            await keeper.start()
            watching = asyncio.create_task(keeper.watch())
            assert keeper.pid is not None
            server.reply = LOADING
            os.kill(keeper.pid, signal.SIGKILL)
            heard = [await told.get(), await told.get()]
            server.reply = WELL
            heard.append(await told.get())
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await keeper.stop()
            await bus.close()
            return heard

    gone, late, well = asyncio.run(work())
    assert gone == "the bus was gone and is being restarted"
    assert late.endswith("still loading")
    assert well == ""
