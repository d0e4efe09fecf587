"""Librarians in a real set: what overflows goes to them, and they are asked when the live shards have nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project

from ifmem import Memory
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.librarians import LIVE
from ifmem.core.status import ProcessStatus
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

PELICAN = "The pelican crossing was rejected by the council in 1998 because of the tramway."
QUESTION = "Why was the pelican crossing rejected by the council?"


def findings() -> list[Finding]:
    """One that is worth finding again, and as many newer ones as the live shards keep."""
    cited = (Citation("minutes.md", 3, 3, PELICAN, verification="verified"),)
    old = Finding("f_0pelican", "q_1", "docs", found=True, text=PELICAN, citations=cited, created_at=1.0)
    newer = [
        Finding(f"f_1{n:03}", "q_2", "docs", found=True, text=f"Number {n}.", created_at=10.0 + n) for n in range(LIVE)
    ]
    return [old, *newer]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    running = RunningSet(make_project(tmp_path_factory.mktemp("librarians")), settings=f"{FAST}librarians = 2\n")
    try:
        running.memory.up()
        running.memory.import_findings(one.to_json() for one in findings())
        eventually(lambda: len(running.memory.findings(limit=None)) == LIVE + 1, what="the findings archived")
        assert [item.id for item in running.memory.archive(dry_run=True).placed] == ["f_0pelican"]
        running.memory.archive()
        for number, empty in ((1, (None, "0")), (2, (None,))):
            capacity = running.keys.librarian_capacity(number)
            eventually(lambda: running.on_bus("GET", capacity) not in empty, what=f"librarian {number} has read")  # noqa: B023
        yield running
    finally:
        running.end()


def test_what_the_live_shards_have_not_a_librarian_answers_and_cites_a_finding(archive: RunningSet) -> None:
    answer = archive.memory.ask(QUESTION)
    assert answer.found
    (citation,) = answer.citations
    assert (citation.path, citation.verification, citation.shard) == ("f_0pelican", "verified", "librarian-1")
    assert PELICAN in citation.quote
    assert any("second-hand" in note for note in answer.notes)
    assert {use.name for use in answer.shards if use.asked} >= {"docs", "code", "librarian-1"}


def test_what_it_found_descends_from_the_finding_that_it_cites(archive: RunningSet) -> None:
    answer = archive.memory.ask(QUESTION)
    made = next(use.finding for use in answer.shards if use.found)
    descent = eventually(
        lambda: d if made in (d := archive.memory.descent("f_0pelican")).findings else None, what="the finding archived"
    )
    assert descent.built_on == ()


def test_what_the_live_shards_have_is_no_librarians_business(archive: RunningSet) -> None:
    answer = archive.memory.ask("Who counts the herring boats every morning?")
    assert answer.found
    assert not any(use.name.startswith("librarian") for use in answer.shards)


def test_its_receipt_can_be_checked_again(archive: RunningSet) -> None:
    verdict = archive.memory.verify(archive.memory.ask(QUESTION).to_dict())
    assert (verdict.genuine, verdict.current) == (True, True)
    assert [(one.path, one.loaded, one.now) for one in verdict.citations] == [("f_0pelican", "held", "unchanged")]


def test_what_was_moved_is_not_moved_again(archive: RunningSet) -> None:
    assert "f_0pelican" not in {item.id for item in archive.memory.archive().placed}


def test_their_keys_are_kept_true(archive: RunningSet) -> None:
    keys = archive.keys
    assert archive.on_bus("GET", keys.librarian_status(1)) in ("ready", "busy")
    assert int(archive.on_bus("GET", keys.librarian_quota(1))) == 1_500  # extractive: nothing was taken
    assert int(archive.on_bus("GET", keys.librarian_capacity(1))) > 20
    assert int(archive.on_bus("GET", keys.librarian_capacity(2))) == 0


def test_the_status_says_what_they_hold_and_what_is_left_of_their_quotas(archive: RunningSet) -> None:
    first, second = (eventually(lambda name=name: _known(archive, name)) for name in ("librarian-1", "librarian-2"))
    assert first.tokens > 20 and second.tokens == 0
    assert (first.capacity, first.quota) == (1_000_000, 1_500)


def _known(archive: RunningSet, name: str) -> ProcessStatus | None:
    """The librarian, once its beat has told of its quota."""
    found = archive.process(name)
    return found if found and found.quota is not None else None


@asynccontextmanager
async def on_channel(archive: RunningSet, channel: str) -> AsyncIterator[tuple[Bus, Any]]:
    bus = Bus(bus_url(archive.config))
    try:
        async with bus.subscribed(channel) as published:
            yield bus, published
    finally:
        await bus.close()


def test_anybody_may_ask_on_the_channel_and_hears_the_answer_there(archive: RunningSet) -> None:
    async def ask() -> dict[str, Any]:
        async with on_channel(archive, archive.keys.channel_responses) as (bus, published), asyncio.timeout(PATIENCE_S):
            asked = {"type": "query", "query_id": "q_mine", "question": QUESTION}
            await bus.call("PUBLISH", archive.keys.channel_queries, json.dumps(asked))
            answers = [json.loads(await anext(published)) for _ in range(2)]
            return next(one for one in answers if one["found"])

    said = asyncio.run(ask())
    assert (said["type"], said["query_id"], said["librarian"]) == ("response", "q_mine", 1)
    assert said["sources"][0].startswith("f_0pelican:")


def test_the_coordinators_questions_are_heard_on_the_channel(archive: RunningSet) -> None:
    async def listen() -> dict[str, Any]:
        async with on_channel(archive, archive.keys.channel_queries) as (_, published), asyncio.timeout(PATIENCE_S):
            _, heard = await asyncio.gather(asyncio.to_thread(ask_elsewhere, archive.folder), anext(published))
            found: dict[str, Any] = json.loads(heard)
            return found

    assert asyncio.run(listen())["librarians"] == ["librarian-1"]


def ask_elsewhere(folder: Path) -> None:
    with Memory(folder) as memory:
        memory.ask(QUESTION)


def test_one_that_is_killed_is_replaced_and_still_knows(archive: RunningSet) -> None:
    archive.replaced(archive.kill("librarian-1"))
    assert archive.memory.ask(QUESTION).citations[0].path == "f_0pelican"
