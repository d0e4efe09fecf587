from __future__ import annotations

from typing import Any

import pytest

from ifmem.core.keys import Keys
from ifmem.core.pages import page_of
from ifmem.core.records import Beat, Document
from ifmem.core.status import ProcessStatus
from ifmem.stores.bus import Bus
from ifmem.stores.registry import Registry

KEYS = Keys("test")
DOCS = ProcessStatus(2, "docs", "ready", incarnation=3, tokens=100, capacity=1_000)
CODE = ProcessStatus(3, "code", "restarting", incarnation=1, tokens=50, capacity=1_000)
COORDINATOR = ProcessStatus(0, "coordinator", "ready", incarnation=1)
BEAT = Beat("docs", 3, "busy", 1.0, 7, "host", in_flight=2)


async def announced(bus: Bus) -> Registry:
    registry = Registry(bus, KEYS)
    processes = {process.name: process for process in (DOCS, CODE, COORDINATOR)}
    await registry.announce({"state": "ready"}, processes, {"docs": 3, "code": 1})
    return registry


def test_an_overview_tells_what_was_announced(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.beat(BEAT)
        await bus.call("RPUSH", KEYS.queue("shard:2"), "q_1", "q_2")
        await bus.call("RPUSH", KEYS.queue("coordinator"), "q_3")
        return await registry.overview()

    overview = on_bus(work)
    assert overview.info == {"state": "ready"}
    assert set(overview.processes) == {DOCS, CODE, COORDINATOR}
    assert {name: beat for name, (_, beat) in overview.beats.items()} == {"docs": BEAT}
    assert overview.queues == {"shard:2": 2, "shard:3": 0, "coordinator": 1}
    assert not overview.alive


def test_an_empty_bus_has_an_empty_overview(on_bus: Any) -> None:
    overview = on_bus(lambda bus: Registry(bus, KEYS).overview())
    assert (overview.info, overview.processes, overview.beats, overview.queues) == ({}, (), {}, {})


def test_a_beat_of_an_older_incarnation_is_not_the_process_s(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.beat(Beat("docs", 2, "ready", 1.0, 6, "host"))
        return (await registry.overview()).beats

    assert on_bus(work) == {}


def test_a_beat_on_the_bus_is_forgotten(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        await Registry(bus, KEYS).beat(BEAT)
        return [await bus.call("TTL", key) for key in (KEYS.worker_status("docs.3"), KEYS.worker_info("docs.3"))]

    assert all(0 < ttl <= 15 for ttl in on_bus(work))


def test_the_specification_s_integers_and_booleans(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        await announced(bus)
        names = (KEYS.context_active, KEYS.shard_active(2), KEYS.shard_active(3), KEYS.shard_capacity(2))
        return [await bus.call("GET", name) for name in names]

    assert on_bus(work) == ["100", "true", "false", "1000"]


def test_a_process_that_is_no_longer_announced_is_gone(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = await announced(bus)
        await registry.announce({"state": "ready"}, {"docs": DOCS}, {"docs": 3})
        return [process.name for process in (await registry.overview()).processes]

    assert on_bus(work) == ["docs"]


def test_a_namespace_has_one_owner(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str | None]:
        registry = Registry(bus, KEYS)
        owners = ["host:/a", "host:/a", "host:/b"]
        claimed = [await registry.stay_alive(owner) for owner in owners]
        await registry.leave()
        return [*claimed, await registry.stay_alive("host:/b")]

    assert on_bus(work) == [None, None, "host:/a", None]


def test_incarnations_are_counted_on(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        return await (await announced(bus)).incarnations()

    assert on_bus(work) == {"docs": 3, "code": 1}


def test_an_order_reaches_the_supervisor_once(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        registry = Registry(bus, KEYS)
        await registry.order({"op": "restart", "names": ["docs"]})
        return await registry.next_order(), await bus.call("LLEN", KEYS.set_control)

    assert on_bus(work) == ({"op": "restart", "names": ["docs"]}, 0)


@pytest.mark.parametrize("text", ["plain\n", "naïve \U0001f6a2\n"])
def test_a_page_is_read_back_from_the_bus_byte_for_byte(on_bus: Any, text: str) -> None:
    page = page_of([Document("a.md", text, "ab" * 32)])

    async def work(bus: Bus) -> Any:
        registry = Registry(bus, KEYS)
        await registry.share_page(page)
        return await registry.shared_page(page.digest, page.tokens), await registry.shared_page("none", 0)

    shared, missing = on_bus(work)
    assert bytes(shared.data) == bytes(page.data)
    assert [document.text for document in shared.documents] == [text]
    assert missing is None
