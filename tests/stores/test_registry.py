from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stores.announced_set import BEAT, CODE, COORDINATOR, DOCS, KEYS, announced

from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.stores.bus import Bus
from ifmem.stores.registry import Registry


def test_the_processes_alone_are_those_that_were_announced(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        return await (await announced(bus)).processes()

    assert set(on_bus(work)) == {DOCS, CODE, COORDINATOR}


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


def test_what_counts_is_never_lowered_and_comes_back_when_the_bus_has_lost_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[dict[str, int]]:
        registry, told = Registry(bus, KEYS), []
        for known in ({"docs": 7}, {"docs": 3}, {"docs": "many"}, {}):
            await bus.call("FLUSHALL")
            for name, incarnation in known.items():
                await bus.call("HSET", KEYS.set_incarnations, name, incarnation)
            await registry.count_at_least("docs", 5)
            told.append(await registry.incarnations())
        return told

    assert on_bus(work) == [{"docs": 7}, {"docs": 5}, {"docs": 5}, {"docs": 5}]


def test_two_who_count_on_at_once_do_not_get_the_same_incarnation(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        registry = Registry(bus, KEYS)
        await registry.count_on({"docs": 7})
        return sorted(await asyncio.gather(*(registry.next_incarnation("docs", after) for after in (3, 7, 0))))

    assert on_bus(work) == [8, 9, 10]
