from __future__ import annotations

from typing import Any

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal

KEYS = Keys()


def findings(*names: str) -> list[Finding]:
    return [Finding(name, "q_1", "docs", found=True, text=name) for name in names]


async def journal_with(bus: Bus, *names: str) -> Journal:
    journal = Journal(bus, KEYS)
    for name in names:
        await journal.append("event", {"name": name})
    return journal


def test_entries_are_read_in_order_from_a_position_on(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], list[str]]:
        journal = await journal_with(bus, "a", "b", "c")
        everything = await journal.read("0-0")
        rest = await journal.read(everything[0].id)
        return [one.body for one in everything], [one.body for one in rest]

    assert on_bus(work) == (['{"name": "a"}', '{"name": "b"}', '{"name": "c"}'], ['{"name": "b"}', '{"name": "c"}'])


def test_no_more_are_read_than_wanted(on_bus: Any) -> None:
    async def work(bus: Bus) -> int:
        return len(await (await journal_with(bus, "a", "b", "c")).read("0-0", most=2))

    assert on_bus(work) == 2


def test_an_empty_journal_is_not_waited_for_on_request(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        return await Journal(bus, KEYS).read("0-0", wait=False)

    assert on_bus(work) == []


def test_what_is_archived_is_dropped_and_nothing_else(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str]:
        journal = await journal_with(bus, "a", "b", "c")
        entries = await journal.read("0-0")
        await journal.trim(entries[1].id)
        return [one.body for one in await journal.read("0-0")]

    assert on_bus(work) == ['{"name": "c"}']


def test_findings_are_put_back_newest_first_behind_those_that_came_meanwhile(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[bool, list[str], bool, Any]:
        journal = Journal(bus, KEYS)
        before = await journal.is_restored()
        await bus.call("LPUSH", KEYS.findings, "f_new", "f_newest")
        await journal.restore(findings("f_new", "f_old"), [])
        listed = await bus.call("LRANGE", KEYS.findings, 0, -1)
        return before, listed, await journal.is_restored(), await bus.call("GET", KEYS.finding("f_old"))

    before, listed, after, body = on_bus(work)
    assert (before, listed, after) == (False, ["f_newest", "f_new", "f_old"], True)
    assert Finding.from_json(body) == findings("f_old")[0]


def test_an_answer_that_is_put_back_replaces_none(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        await bus.call("SET", KEYS.answer("q_1"), "there")
        old, other = (Answer(name, "?", "old", found=True) for name in ("q_1", "q_2"))
        await Journal(bus, KEYS).restore([], [old, other])
        return await bus.call("MGET", KEYS.answer("q_1"), KEYS.answer("q_2"))  # type: ignore[no-any-return]

    there, restored = on_bus(work)
    assert there == "there"
    assert Answer.from_json(restored).answer == "old"


def test_an_archivist_that_is_born_again_leaves_the_newest_in_front(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str]:
        await bus.call("RPUSH", KEYS.findings, "f_4", "f_3", "f_2", "f_1")
        await Journal(bus, KEYS).restore(findings("f_4", "f_3"), [])
        return list(await bus.call("LRANGE", KEYS.findings, 0, -1))

    assert on_bus(work) == ["f_4", "f_3", "f_2", "f_1"]


def test_a_bus_that_has_new_findings_only_is_not_taken_for_restored(on_bus: Any) -> None:
    async def work(bus: Bus) -> bool:
        await bus.call("LPUSH", KEYS.findings, "f_new")
        return await Journal(bus, KEYS).is_restored()

    assert on_bus(work) is False
