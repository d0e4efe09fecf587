"""What a host does about an earlier life of its own, without starting anything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from stores.conftest import OnBus

from ifmem.config.loading import load
from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.processes.joining import Host
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat, Stale
from ifmem.stores.inquiries import Inquiries

KEYS = Keys()
DOCS, CODE = Seat("docs", 3, "shard:2"), Seat("code", 3, "shard:3")


def test_what_an_earlier_life_of_it_held_is_handed_back_and_what_others_hold_is_not(
    on_bus: OnBus, valkey: str, tmp_path: Path
) -> None:
    config = replace(load(tmp_path, env={}), redis_url=valkey, guests={"docs": {"number": 2}})

    async def work(bus: Bus) -> tuple[list[str], list[str], int]:
        hand_off, inquiries = HandOff(bus, KEYS), Inquiries(bus, KEYS)
        for seat, asked in ((DOCS, "q_1"), (CODE, "q_2")):
            await inquiries.ask(Query(asked, "Where?"), seat.label)
            await hand_off.claim(seat, 1, ())
            await bus.call("HSET", KEYS.set_incarnations, seat.name, seat.incarnation)
        host = Host(config, asyncio.Event())
        await host._inherit()
        await host._inherit()
        await host.bus.close()
        with pytest.raises(Stale):
            await hand_off.claim(DOCS, 1, ())
        queued = await bus.call("LRANGE", KEYS.queue(DOCS.label), 0, -1)
        held = await bus.call("LRANGE", KEYS.worker_tasks(CODE.worker), 0, -1)
        return queued, held, await hand_off.attempts("q_1", DOCS.label)

    assert on_bus(work) == (["q_1"], ["q_2"], 1)
