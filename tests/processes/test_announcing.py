"""Events reach the journal in order, whatever happens while they are written."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from stores.conftest import OnBus

from ifmem.config.loading import load
from ifmem.core.keys import Keys
from ifmem.processes.announcing import EVENTS_KEPT, Announcer
from ifmem.processes.charge import Charge
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal

KEYS = Keys("mine")
DOCS = Charge("shard", "docs", 2)


async def written(bus: Bus) -> list[str]:
    entries = await Journal(bus, KEYS).read("0-0", most=2 * EVENTS_KEPT, wait=False)
    return [json.loads(entry.body)["text"] for entry in entries]


def test_an_event_that_comes_while_many_are_written_pushes_out_none_of_them(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        announcer = Announcer(load(tmp_path, env={}), bus, KEYS, {})
        for number in range(EVENTS_KEPT + 1):  # of an outage
            announcer.event("died", DOCS, str(number))
        writing = asyncio.create_task(announcer._write_events())
        await asyncio.sleep(0)
        announcer.event("died", DOCS, "last")
        await writing
        return await written(bus)

    assert on_bus(work) == [*map(str, range(EVENTS_KEPT + 1)), "last"]
