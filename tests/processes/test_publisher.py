"""What a home keeps on the bus for shards that are served elsewhere, and puts there again when the bus has lost it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder
from stores.conftest import OnBus

from ifmem.processes.publisher import Publisher
from ifmem.processes.seat import Assignment
from ifmem.stores.bus import Bus

Harm = Callable[[Bus, Publisher, str], Awaitable[object]]


async def evict(bus: Bus, publisher: Publisher, digest: str) -> None:
    await bus.call("DEL", publisher.keys.page(digest))


async def overwrite(bus: Bus, publisher: Publisher, digest: str) -> None:
    """A reader finds that it is not what its digest says."""
    await bus.call("SET", publisher.keys.page(digest), "something else")
    assert await publisher.registry.shared_page(digest, 1) is None


async def forget(bus: Bus, publisher: Publisher, _: str) -> None:
    await bus.call("DEL", publisher.keys.text("docs"))


@pytest.mark.parametrize("harm", [evict, overwrite, forget])
def test_what_the_bus_has_lost_is_published_again_at_the_next_look(
    on_bus: OnBus, valkey: str, tmp_path: Path, harm: Harm
) -> None:
    config = replace(make_folder(tmp_path / "home"), redis_url=valkey, shards={"docs": {"remote": True}})
    digest = load_all(config)["docs"].pages[0].digest

    async def work(bus: Bus) -> tuple[bool, bool]:
        publisher = Publisher(Assignment("publisher", "publisher", 0, 1), config, os.open(os.devnull, os.O_WRONLY), 0)
        await publisher.boot()
        before = await publisher.registry.shared_page(digest, 1)
        await harm(bus, publisher, digest)
        publisher.asked_at = 0.0
        await publisher._look()
        after = await publisher.registry.shared_page(digest, 1)
        there = await publisher.hosting.text_version("docs")
        await publisher.bus.close()
        return before == after is not None, there == publisher.published["docs"] != ""

    assert on_bus(work) == (True, True)
