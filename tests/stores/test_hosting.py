"""Who serves a remote shard, and which text it is to answer from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ifmem.core.keys import Keys
from ifmem.core.manifest import Manifest, PageFacts
from ifmem.core.status import ProcessStatus
from ifmem.stores.bus import Bus
from ifmem.stores.hosting import Hosting

from .conftest import OnBus

DOCS = ProcessStatus(2, "docs", "ready", incarnation=4)
TEXT = Manifest("docs", "v1", "", (), (PageFacts("a" * 64, 10, 1, 100),), (), made_at=1.0)


def test_one_machine_at_a_time_serves_a_shard(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> list[object]:
        hosting = Hosting(bus, Keys("mine"))
        said = [await hosting.occupy(owner, DOCS) for owner in ("a", "a", "b")]
        await hosting.vacate("b", DOCS)
        still = (await hosting.hosts(["docs", "code"]))["docs"].owner
        await hosting.vacate("a", replace(DOCS, state="stopped"))
        left = (await hosting.hosts(["docs"]))["docs"]
        return [*said, still, left.owner, left.said.state, await hosting.occupy("b", DOCS)]

    assert on_bus(work) == ["", "", "a", "a", "", "stopped", ""]


def test_a_host_that_says_nothing_more_is_forgotten(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> int:
        await Hosting(bus, Keys()).occupy("a", DOCS)
        return int(await bus.call("TTL", Keys().host("docs")))

    assert 0 < on_bus(work) <= 15


def test_the_text_is_read_as_it_was_put(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> tuple[str, Manifest | None, str]:
        hosting = Hosting(bus, Keys())
        await hosting.put_text(TEXT)
        return await hosting.text_version("docs"), await hosting.text("docs"), await hosting.text_version("code")

    assert on_bus(work) == ("v1", TEXT, "")


@pytest.mark.parametrize(
    "change",
    [
        {"shard": "code"},
        {"format": 99},
        {"pages": [["../../outside", 1, 1, 1]]},
        {"pages": "none"},
        {"layers": [["h", "b" * 63 + "/", 1, 1, 1, [], []]]},
    ],
)
def test_a_manifest_that_names_something_else_is_refused_and_counted(on_bus: OnBus, change: dict[str, object]) -> None:
    async def work(bus: Bus) -> tuple[Manifest | None, str]:
        keys = Keys()
        await bus.call("HSET", keys.text("docs"), "manifest", json.dumps({**TEXT.to_dict(), **change}))
        return await Hosting(bus, keys).text("docs"), await bus.call("HGET", keys.set_counts, "refused")

    assert on_bus(work) == (None, "1")


def test_a_status_of_another_shard_is_passed_over(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> dict[str, object]:
        key = Keys().host("docs")
        await bus.call("HSET", key, "owner", "a", "at", "1", "said", replace(DOCS, name="code").to_json())
        return dict(await Hosting(bus, Keys()).hosts(["docs"]))

    assert on_bus(work) == {}
