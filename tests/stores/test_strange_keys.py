"""Something of another type under a name of ours: gone from our own server, left alone on somebody else's."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import REPLY_TO, Keys
from ifmem.core.queries import Query
from ifmem.core.tasks import LABEL, Task
from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import USER, known_password
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import Inquiries
from ifmem.stores.journal import Entry, Journal
from ifmem.stores.registry import Registry
from ifmem.stores.set_overview import take_overview
from ifmem.stores.strange_keys import clear
from ifmem.stores.tasks import Tasks

KEYS = Keys("strange")
DOCS = Seat("docs", 1, "shard:2")


async def journal(bus: Bus) -> list[Entry]:
    return await Journal(bus, KEYS).read("0-0", wait=False)


def test_a_queue_that_is_none_does_not_stop_a_question(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await bus.send(("SET", KEYS.queue(DOCS.label), "x"), ("SET", KEYS.worker_tasks(DOCS.worker), "x"))
        await Inquiries(bus, KEYS).ask(Query("q_1", "Where?"), DOCS.label)
        claims = await hand_off.claim(DOCS, 8, ())
        return [claim.id for claim in claims], await bus.call("HGET", KEYS.set_counts, "refused")

    assert on_bus(work) == (["q_1"], "2")


def test_a_question_whose_body_is_a_list_is_claimed_as_gone_and_the_next_one_arrives(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await bus.send(("RPUSH", KEYS.query("q_1"), "x"), ("RPUSH", KEYS.queue(DOCS.label), "q_1"))
        await Inquiries(bus, KEYS).ask(Query("q_2", "Where?"), DOCS.label)
        claims = await hand_off.claim(DOCS, 8, ())
        return [(claim.id, claim.query is not None) for claim in claims]

    assert on_bus(work) == [("q_1", False), ("q_2", True)]


@pytest.mark.parametrize("name", ["reply:q_1", "inbox:coordinator.1", "journal", "findings"])
def test_a_finding_is_stored_though_something_else_was_in_its_way(on_bus: Any, name: str) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        if name.startswith("inbox:"):
            await bus.call("HSET", KEYS.gather("q_1"), REPLY_TO, KEYS(name))
        await bus.call("SET", KEYS(name), "x")
        outcome = await hand_off.finish(DOCS, Finding("f_1", "q_1", "docs", found=True, text="Here."))
        told = KEYS(name) if name.startswith("inbox:") else KEYS.reply("q_1")
        return outcome, [await bus.call("LLEN", key) for key in (told, KEYS.findings)], len(await journal(bus))

    assert on_bus(work) == ("stored", [1, 1], 1)


@pytest.mark.parametrize("name", ["reply:q_1", "journal", "answers"])
def test_an_answer_is_stored_though_something_else_was_in_its_way(on_bus: Any, name: str) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("SET", KEYS(name), "x")
        outcome = await HandOff(bus, KEYS).answer(Seat("coordinator", 1, "coordinator"), Answer("q_1", "?", "!", True))
        return outcome, await bus.call("LLEN", KEYS.reply("q_1")), len(await journal(bus))

    assert on_bus(work) == ("stored", 1, 1)


@pytest.mark.parametrize("name", ["reply:t_1", "journal", "findings"])
def test_the_finding_of_a_task_is_stored_though_something_else_was_in_its_way(on_bus: Any, name: str) -> None:
    async def work(bus: Bus) -> Any:
        tasks, seat = Tasks(bus, KEYS), Seat("worker-1", 1, LABEL)
        await tasks.put([Task("t_1", "Who counts?")])
        await tasks.claim(seat)
        await bus.call("DEL", KEYS.journal)
        await bus.call("SET", KEYS(name), "x")
        outcome = await tasks.finish(seat, Finding("f_1", "t_1", "docs", found=True, text="Here."), "t_1")
        return outcome, await bus.call("LLEN", KEYS.reply("t_1")), len(await journal(bus))

    assert on_bus(work) == ("stored", 1, 1)


def test_a_life_is_counted_once_though_something_else_was_in_the_way_of_handing_back(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await Inquiries(bus, KEYS).ask(Query("q_1", "Where?"), DOCS.label)
        await hand_off.claim(DOCS, 8, ())
        await bus.call("SET", KEYS.queue(DOCS.label), "x")
        handed_back = await hand_off.hand_back(DOCS, blame=True)
        return handed_back, await hand_off.attempts("q_1", DOCS.label)

    assert on_bus(work) == ((["q_1"], []), 1)


def test_a_task_is_recorded_and_listed_though_something_else_was_in_the_place_of_the_list(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("SET", KEYS.tasks, "x")
        await Tasks(bus, KEYS).put([Task("t_1", "Who counts?")])
        return await bus.call("LRANGE", KEYS.tasks, 0, -1), [entry.kind for entry in await journal(bus)]

    assert on_bus(work) == (["t_1"], ["task"])


def test_a_task_that_was_given_up_is_put_once_though_something_else_was_in_the_way(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        tasks = Tasks(bus, KEYS)
        await bus.send(("RPUSH", KEYS.queue_dead, "t_1"), ("SET", KEYS.tasks, "x"))
        return await tasks.retry("t_1", Task("t_2", "Who counts?")), await tasks.waiting()

    assert on_bus(work) == (True, 1)


def test_an_incarnation_that_is_no_number_stops_nobody(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await bus.call("HSET", KEYS.set_incarnations, DOCS.name, "x")
        await Inquiries(bus, KEYS).ask(Query("q_1", "Where?"), DOCS.label)
        claims = await hand_off.claim(DOCS, 8, ())
        return [claim.id for claim in claims], await hand_off.finish(DOCS, Finding("f_1", "q_1", "docs", True, "Here."))

    assert on_bus(work) == (["q_1"], "stored")


@pytest.mark.parametrize("life", ["²", "9" * 5_000])
def test_claims_of_a_life_that_nobody_can_have_had_stop_nobody(on_bus: Any, life: str) -> None:
    async def work(bus: Bus) -> Any:
        await bus.send(
            ("RPUSH", KEYS.worker_tasks(DOCS.worker), "q_1"),
            ("RPUSH", KEYS.worker_tasks(f"docs.{life}"), "q_2"),
            ("HSET", KEYS.set_incarnations, "code", life, "docs", 1),
            ("HSET", KEYS.attempts("q_1"), DOCS.label, life),
        )
        hand_off = HandOff(bus, KEYS)
        attempts = await hand_off.attempts("q_1", DOCS.label)
        return await hand_off.abandoned(), await Registry(bus, KEYS).incarnations(), attempts

    assert on_bus(work) == ([("docs", 1)], {"docs": 1}, 0)


def test_even_the_count_of_what_was_refused_is_put_right(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.send(
            ("SET", KEYS.set_counts, "x"), ("RPUSH", KEYS.context_active, "x"), ("SET", KEYS.set_processes, "x")
        )
        return (await take_overview(bus, KEYS)).context_active, await bus.call("TYPE", KEYS.set_counts)

    assert on_bus(work) == (0, "hash")


def test_how_many_names_there_are_costs_no_further_round_trips() -> None:
    names = [KEYS.query(f"q_{number}") for number in range(500)]
    asked: list[tuple[Any, ...]] = []

    async def ask(commands: Any) -> list[Any]:
        asked.append(tuple(command[0] for command in commands))
        answers = {"SCAN": ["0", names], "TYPE": "string", "UNLINK": 1, "HINCRBY": 1}
        return ["list" if command[1] == names[7] else answers[command[0]] for command in commands]

    asyncio.run(clear(ask, ("EVAL", "script", 1, KEYS.query(""))))
    assert asked == [("SCAN",), ("TYPE",) * 500, ("UNLINK", "HINCRBY")]


def test_other_names_and_another_namespace_stay(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        others = (Keys("other").queue(DOCS.label), KEYS.queue("shard:3"))
        await bus.send(("SET", KEYS.queue(DOCS.label), "x"), *(("SET", name, "theirs") for name in others))
        await Inquiries(bus, KEYS).ask(Query("q_1", "Where?"), DOCS.label)
        return [await bus.call("GET", name) for name in others]

    assert on_bus(work) == ["theirs", "theirs"]


def test_on_somebody_elses_server_it_stays_and_is_told(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        name = KEYS.queue(DOCS.label)
        await bus.call("SET", name, "theirs")
        theirs = Bus(f"unix://{USER}:{known_password(bus.url)}@{urlsplit(bus.url).path}")
        with pytest.raises(IfmemError, match="holds something else under a name of ifmem's"):
            await theirs.call("LLEN", name)
        await theirs.close()
        return await bus.call("GET", name)

    assert on_bus(work) == "theirs"


def test_counts_that_are_no_numbers_are_begun_anew(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off, registry = HandOff(bus, KEYS), Registry(bus, KEYS)
        today = time.strftime("asks:%Y-%m-%d", time.gmtime())
        await bus.send(
            ("HSET", KEYS.set_counts, today, "many"),
            ("HSET", KEYS.attempts("q_1"), DOCS.label, "many"),
            ("HSET", KEYS.set_incarnations, "code", "many"),
        )
        await Inquiries(bus, KEYS).ask(Query("q_1", "Where?"), DOCS.label)
        claimed = [claim.attempts for claim in await hand_off.claim(DOCS, 8, ())]
        handed_back = await hand_off.hand_back(DOCS, blame=True)
        await hand_off.claim(DOCS, 8, ())
        await hand_off.answer(DOCS, Answer("q_1", "Where?", "Here.", True))
        return (
            claimed,
            handed_back[0],
            (await take_overview(bus, KEYS)).asks_today,
            await registry.next_incarnation("code", 3),
            await hand_off.attempts("q_1", DOCS.label),
        )

    assert on_bus(work) == ([1], ["q_1"], 1, 4, 1)


def test_bytes_that_are_no_text_are_no_message(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        await bus.send(("SET", KEYS.query("q_1"), b"\xff{"), ("RPUSH", KEYS.queue(DOCS.label), "q_1", b"\xfe"))
        await bus.call("XADD", KEYS.journal, "*", "kind", b"\xff", "body", b"\xfe")
        claims = await hand_off.claim(DOCS, 8, ())
        return [claim.query for claim in claims], len(await Journal(bus, KEYS).read("0-0", wait=False))

    assert on_bus(work) == ([None, None], 1)
