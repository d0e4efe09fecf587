from __future__ import annotations

from typing import Any

from stores.announced_set import BEAT, CODE, COORDINATOR, DOCS, KEYS, announced

from ifmem.core.beat import Beat
from ifmem.stores.bus import Bus
from ifmem.stores.set_overview import take_overview


def test_an_overview_tells_what_was_announced(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.beat(BEAT)
        await bus.call("RPUSH", KEYS.queue("shard:2"), "q_1", "q_2")
        await bus.call("RPUSH", KEYS.queue("coordinator"), "q_3")
        return await take_overview(bus, KEYS)

    overview = on_bus(work)
    assert overview.info == {"state": "ready"}
    assert set(overview.processes) == {DOCS, CODE, COORDINATOR}
    assert {name: beat for name, (_, beat) in overview.beats.items()} == {"docs": BEAT}
    assert overview.queues == {"shard:2": 2, "shard:3": 0, "coordinator": 1}
    assert not overview.alive


def test_an_empty_bus_has_an_empty_overview(on_bus: Any) -> None:
    overview = on_bus(lambda bus: take_overview(bus, KEYS))
    assert (overview.info, overview.processes, overview.beats, overview.queues) == ({}, (), {}, {})


def test_a_beat_of_an_older_incarnation_is_not_the_process_s(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.beat(Beat("docs", 2, "ready", 1.0, 6, "host"))
        return (await take_overview(bus, KEYS)).beats

    assert on_bus(work) == {}


def test_a_process_that_is_no_longer_announced_is_gone(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.announce({"state": "ready"}, {"docs": DOCS}, {"docs": 3})
        return [process.name for process in (await take_overview(bus, KEYS)).processes]

    assert on_bus(work) == ["docs"]
