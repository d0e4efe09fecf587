"""A shard served away from home, whose disk is full when home publishes another text."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder
from stores.conftest import OnBus

from ifmem import prompts
from ifmem.config.loading import load
from ifmem.core.hosting import as_host, invitation
from ifmem.core.keys import Keys
from ifmem.processes.guest import Guest
from ifmem.processes.kept import open_kept
from ifmem.processes.publisher import publish
from ifmem.processes.refreshing import Refresher
from ifmem.processes.seat import Assignment
from ifmem.stores.bus import Bus
from ifmem.stores.hosting import Hosting
from ifmem.stores.registry import Registry

WITHIN_S = 10.0


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """To this process as good as one."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_guest_whose_disk_is_full_serves_the_text_it_has_until_there_is_room(
    on_bus: OnBus, valkey: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = make_folder(tmp_path / "home")
    load_all(home)
    (tmp_path / "away").mkdir()
    own = replace(load(tmp_path / "away", env={}), redis_url=valkey)
    docs = next(domain for domain in prompts.domains(home) if domain.name == "docs")
    away = as_host(own, {"docs": invitation(docs, home)})

    async def publish_what_is_kept(bus: Bus) -> str:
        kept = open_kept("docs", home)
        assert kept is not None
        await publish(kept, Registry(bus, Keys()), Hosting(bus, Keys()))
        return kept.manifest.version

    async def work(bus: Bus) -> None:
        first = await publish_what_is_kept(bus)
        guest = Guest(Assignment("guest", "docs", 2, 1, fresh=True), away, os.open(os.devnull, os.O_WRONLY), 0)
        await guest.boot()
        (home.folder / "docs" / "harbour.md").write_text("# Harbour\n\nThe pilot boards at Gull Rock.\n")
        Refresher(prompts.domains(home), home).refresh()
        second = await publish_what_is_kept(bus)
        caplog.clear()
        with full_disk():
            following = asyncio.create_task(guest._follow_home())
            async with asyncio.timeout(WITHIN_S):
                while not any("cannot" in message for message in caplog.messages):
                    await asyncio.sleep(0.01)
            guest._look()
            assert not following.done()
            assert guest._now.version == first
        following.cancel()
        again = asyncio.create_task(guest._follow_home())
        async with asyncio.timeout(WITHIN_S):
            while guest._now.version != second:
                await asyncio.sleep(0.01)
                guest._look()
        again.cancel()
        await guest.bus.close()

    on_bus(work)
