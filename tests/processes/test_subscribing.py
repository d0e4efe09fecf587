from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_set import PATIENCE_S

from ifmem.core.findings import Finding
from ifmem.core.freshness import change_of
from ifmem.core.keys import Keys
from ifmem.core.stocktaking import manifest_of
from ifmem.errors import Exit, IfmemError
from ifmem.processes.subscribing import Follower, place_after
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.journal import Journal
from ifmem.stores.registry import Registry

KEYS = Keys()
DOCS = Seat("docs", 1, "shard:2")
NOTHING = manifest_of("docs", "", (), (), (), made_at=0.0)


def finding(number: int) -> Finding:
    return Finding(f"f_{number}", f"q_{number}", "docs", found=True, text=f"number {number}", created_at=float(number))


async def find(bus: Bus, *numbers: int) -> None:
    for number in numbers:
        await HandOff(bus, KEYS).finish(DOCS, finding(number))


async def archive(bus: Bus, path: Path) -> None:
    """What the archivist does."""
    journal = Journal(bus, KEYS)
    with Archive.writing(path) as opened:
        while entries := await journal.read(opened.position(), wait=False):
            opened.record(entries)
            await journal.trim(entries[-1].id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ifmem.db"


async def take(stream: AsyncGenerator[Finding, None], count: int) -> list[str]:
    async with asyncio.timeout(PATIENCE_S):
        return [(await anext(stream)).id for _ in range(count)]


def test_what_is_stored_after_the_subscription_is_heard(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        async with aclosing(Follower(bus, KEYS, path, 0).findings()) as stream:
            first = asyncio.create_task(take(stream, 1))
            await find(bus, 1)
            heard = await first
            await find(bus, 2, 3)
            return heard + await take(stream, 2)

    assert on_bus(work) == ["f_1", "f_2", "f_3"]


def test_a_subscriber_that_was_away_gets_what_it_missed_once_and_in_order(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        await find(bus, 9, 1, 5)  # their ids are not in the order of their storing
        await archive(bus, path)
        await find(bus, 4, 2)  # the archivist has not come to these
        follower = Follower(bus, KEYS, path, await place_after(path, "f_9"))
        async with aclosing(follower.findings()) as stream:
            missed = await take(stream, 4)
            await find(bus, 7)
            return missed + await take(stream, 1)

    assert on_bus(work) == ["f_1", "f_5", "f_4", "f_2", "f_7"]


def test_what_is_archived_between_two_looks_is_not_lost(on_bus: Any, path: Path) -> None:
    class Hurried(Follower):
        """The archivist takes everything out of the journal right after this one has looked into the archive."""

        def _next_rows(self) -> tuple[list[tuple[int, Finding]], str]:
            rows = super()._next_rows()
            asyncio.run(_archive_elsewhere(bus_url, path))
            return rows

    bus_url = ""

    async def work(bus: Bus) -> list[str]:
        nonlocal bus_url
        bus_url = bus.url
        await find(bus, 1, 2)
        async with aclosing(Hurried(bus, KEYS, path, 0).findings()) as stream:
            return await take(stream, 2)

    assert on_bus(work) == ["f_1", "f_2"]


def test_what_is_heard_and_read_is_given_once(on_bus: Any, path: Path) -> None:
    class Crowded(Follower):
        """Something is found between the subscription and the first look into the archive, and something after the last."""

        async def _missed(self) -> AsyncGenerator[Finding, None]:
            await find(self._bus, 1)
            async for missed in super()._missed():
                yield missed
            await find(self._bus, 2)

    async def work(bus: Bus) -> list[str]:
        async with aclosing(Crowded(bus, KEYS, path, 0).findings()) as stream:
            return await take(stream, 2)

    assert on_bus(work) == ["f_1", "f_2"]


async def _archive_elsewhere(url: str, path: Path) -> None:
    bus = Bus(url)
    await archive(bus, path)
    await bus.close()


def test_more_than_are_read_at_once_all_come(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        await find(bus, *range(1_200))
        await archive(bus, path)
        async with aclosing(Follower(bus, KEYS, path, 0).findings()) as stream:
            return await take(stream, 1_200)

    assert on_bus(work) == [f"f_{number}" for number in range(1_200)]


def test_a_bus_that_was_away_is_waited_for(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        async with aclosing(Follower(bus, KEYS, path, 0).findings()) as stream:
            await find(bus, 1)
            heard = await take(stream, 1)
            following = asyncio.create_task(take(stream, 2))
            await bus.call("CLIENT", "KILL", "TYPE", "pubsub")
            await find(bus, 2, 3)
            return heard + await following

    assert on_bus(work) == ["f_1", "f_2", "f_3"]


def test_nonsense_on_the_channel_is_passed_over(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> list[str]:
        async with aclosing(Follower(bus, KEYS, path, 0).findings()) as stream:
            await find(bus, 1)
            heard = await take(stream, 1)
            for nonsense in ("not JSON", "[]", '{"id": "f_2"}'):
                await bus.call("PUBLISH", KEYS.channel_findings, nonsense)
            await find(bus, 3)
            return heard + await take(stream, 1)

    assert on_bus(work) == ["f_1", "f_3"]


def test_a_change_of_documents_is_no_finding_and_nothing_to_warn_of(
    on_bus: Any, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(bus: Bus) -> list[str]:
        async with aclosing(Follower(bus, KEYS, path, 0).findings()) as stream:
            await find(bus, 1)
            heard = await take(stream, 1)
            await Registry(bus, KEYS).publish_change(change_of("docs", NOTHING, NOTHING))
            await find(bus, 2)
            return heard + await take(stream, 1)

    assert on_bus(work) == ["f_1", "f_2"]
    assert "no finding" not in caplog.text


def test_a_new_subscriber_starts_at_the_newest(on_bus: Any, path: Path) -> None:
    async def work(bus: Bus) -> int:
        await find(bus, 1, 2)
        await archive(bus, path)
        return await place_after(path, "")

    assert on_bus(work) == 2


def test_a_place_after_an_unknown_finding_is_refused(path: Path) -> None:
    with Archive.writing(path), at_once(), pytest.raises(IfmemError) as caught:
        asyncio.run(place_after(path, "f_404"))
    assert caught.value.exit_code == Exit.USAGE


@contextmanager
def at_once() -> Iterator[None]:
    """Nothing is on its way into this archive: there is nothing to wait for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ifmem.processes.subscribing.ARCHIVED_WITHIN_S", 0.0)
        yield
