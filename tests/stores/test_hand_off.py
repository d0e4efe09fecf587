from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import HOUR_S, Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusFull
from ifmem.stores.hand_off import ANSWERS_ON_BUS, FINDINGS_ON_BUS, Claim, HandOff, Seat, Stale
from ifmem.stores.inquiries import Inquiries

KEYS = Keys("test")
DOCS = Seat("docs", 1, "shard:2")
NEXT = Seat("docs", 2, "shard:2")
COORDINATOR = Seat("coordinator", 1, "coordinator")


def query(name: str, **more: Any) -> Query:
    return Query(name, f"question {name}", **more)


def finding(query_id: str, name: str = "f_1", shard: str = "docs") -> Finding:
    return Finding(name, query_id, shard, found=True, text="found")


async def asked(bus: Bus, *names: str, seat: Seat = DOCS) -> HandOff:
    hand_off = HandOff(bus, KEYS)
    for name in names:
        await Inquiries(bus, KEYS).ask(query(name), seat.label)
    return hand_off


async def claimed(hand_off: HandOff, most: int = 8, seat: Seat = DOCS, held: tuple[str, ...] = ()) -> list[str]:
    return [claim.id for claim in await hand_off.claim(seat, most, held)]


def test_questions_are_claimed_in_the_order_they_were_asked(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Claim]:
        return await (await asked(bus, "q_1", "q_2", "q_3")).claim(DOCS, 8, ())

    claims = on_bus(work)
    assert [claim.id for claim in claims] == ["q_1", "q_2", "q_3"]
    assert [claim.query.question for claim in claims] == ["question q_1", "question q_2", "question q_3"]
    assert [(claim.attempts, claim.suspect) for claim in claims] == [(1, False)] * 3


def test_no_more_are_claimed_than_there_is_room_for(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], list[str]]:
        hand_off = await asked(bus, "q_1", "q_2", "q_3")
        first = await claimed(hand_off, 2)
        return first, await claimed(hand_off, 2, held=tuple(first))

    assert on_bus(work) == (["q_1", "q_2"], ["q_3"])


def test_a_question_whose_body_is_gone_is_claimed_without_one_and_can_be_dropped(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Query | None, int]:
        hand_off = await asked(bus, "q_1")
        await bus.call("DEL", KEYS.query("q_1"))
        (claim,) = await hand_off.claim(DOCS, 8, ())
        await hand_off.drop(DOCS, "q_1")
        return claim.query, await bus.call("LLEN", KEYS.worker_tasks(DOCS.worker))

    assert on_bus(work) == (None, 0)


def test_what_was_held_goes_back_to_the_head_in_its_old_order(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Any, list[str]]:
        hand_off = await asked(bus, "q_1", "q_2", "q_3")
        await claimed(hand_off, 2)
        return await hand_off.hand_back(DOCS, blame=False), await claimed(hand_off, seat=NEXT)

    assert on_bus(work) == ((["q_1", "q_2"], []), ["q_1", "q_2", "q_3"])


def test_handing_back_without_blame_costs_no_attempt(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        hand_off = await asked(bus, "q_1")
        for _ in range(5):
            await claimed(hand_off)
            await hand_off.hand_back(DOCS, blame=False)
        return [claim.attempts for claim in await hand_off.claim(DOCS, 8, ())]

    assert on_bus(work) == [1]


def test_a_question_that_has_cost_a_process_its_life_is_claimed_alone(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[list[str]]:
        hand_off = await asked(bus, "q_1", "q_2")
        await claimed(hand_off)
        await hand_off.hand_back(DOCS, blame=True)
        await Inquiries(bus, KEYS).ask(query("q_3"), DOCS.label)
        claims = []
        for _ in range(3):
            claims.append(await claimed(hand_off, seat=NEXT))
            await hand_off.finish(NEXT, finding(claims[-1][0], f"f_{claims[-1][0]}"))
        return claims

    assert on_bus(work) == [["q_1"], ["q_2"], ["q_3"]]


def test_a_fresh_question_in_front_of_a_suspect_is_claimed_without_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[list[str]]:
        hand_off = await asked(bus, "q_1")
        await claimed(hand_off)
        await hand_off.hand_back(DOCS, blame=True)
        await bus.call("LPUSH", KEYS.queue(DOCS.label), "q_0")
        first = await claimed(hand_off)
        return [first, await claimed(hand_off, held=tuple(first))]

    assert on_bus(work) == [["q_0"], ["q_1"]]


def test_a_question_is_dead_after_three_lives(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[Any], list[str], int]:
        hand_off = await asked(bus, "q_1")
        outcomes = []
        for incarnation in (1, 2, 3):
            seat = Seat("docs", incarnation, "shard:2")
            await claimed(hand_off, seat=seat)
            outcomes.append(await hand_off.hand_back(seat, blame=True))
        await hand_off.bury(seat, "q_1")
        return outcomes, await bus.call("LRANGE", KEYS.queue_dead, 0, -1), await hand_off.attempts("q_1", "shard:2")

    assert on_bus(work) == ([(["q_1"], []), (["q_1"], []), ([], ["q_1"])], ["q_1"], 3)


def test_a_dead_question_stays_claimed_until_it_is_buried_however_often_it_is_handed_back(on_bus: Any) -> None:
    """The reply that names it may be lost: whoever asks again hears of it again, and so does its asker."""

    async def work(bus: Bus) -> tuple[Any, Any, list[tuple[str, int]], list[tuple[str, int]], list[str]]:
        hand_off = await asked(bus, "q_1")
        for _ in range(2):
            await claimed(hand_off)
            await hand_off.hand_back(DOCS, blame=True)
        await claimed(hand_off)
        first, again = [await hand_off.hand_back(DOCS, blame=True) for _ in range(2)]
        before = await hand_off.abandoned()
        for _ in range(2):
            await hand_off.bury(DOCS, "q_1")
        return first, again, before, await hand_off.abandoned(), await bus.call("LRANGE", KEYS.queue_dead, 0, -1)

    assert on_bus(work) == (([], ["q_1"]), ([], ["q_1"]), [("docs", 1)], [], ["q_1"])


def test_a_claim_that_the_bus_has_lost_is_put_back_once(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], list[str]]:
        hand_off = HandOff(bus, KEYS)
        await hand_off.hold(DOCS, "q_1")
        await hand_off.hold(DOCS, "q_1")
        return (await hand_off.hand_back(DOCS, blame=False))[0], await claimed(hand_off)

    assert on_bus(work) == (["q_1"], ["q_1"])


@pytest.mark.parametrize("step", ["ask", "finish", "answer", "hand back"])
def test_a_step_that_a_full_server_refuses_changes_nothing(on_bus: Any, step: str) -> None:
    steps = {
        "ask": lambda hand_off: Inquiries(hand_off.bus, KEYS).ask(query("q_2"), DOCS.label),
        "finish": lambda hand_off: hand_off.finish(DOCS, finding("q_1")),
        "answer": lambda hand_off: hand_off.answer(DOCS, Answer("q_1", "?", "yes", found=True)),
        "hand back": lambda hand_off: hand_off.hand_back(DOCS, blame=True),
    }

    async def work(bus: Bus) -> tuple[Any, Any]:
        hand_off = await asked(bus, "q_1")
        await claimed(hand_off)
        before = await bus.call("LRANGE", KEYS.worker_tasks(DOCS.worker), 0, -1), await bus.call("KEYS", "*")
        await bus.call("CONFIG", "SET", "maxmemory", 1)
        try:
            with pytest.raises(BusFull, match="takes no more data"):
                await steps[step](hand_off)
        finally:
            await bus.call("CONFIG", "SET", "maxmemory", 0)
        return before, (await bus.call("LRANGE", KEYS.worker_tasks(DOCS.worker), 0, -1), await bus.call("KEYS", "*"))

    before, after = on_bus(work)
    assert before == after


def test_finishing_stores_the_finding_and_ends_the_claim(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Any, ...]:
        hand_off = await asked(bus, "q_1")
        await claimed(hand_off)
        outcome = await hand_off.finish(DOCS, finding("q_1"))
        message = await Inquiries(bus, KEYS).message("q_1")
        left = await bus.call("LLEN", KEYS.worker_tasks(DOCS.worker))
        return outcome, message, left, await hand_off.gathered("q_1"), await bus.call("XLEN", KEYS.journal)

    outcome, message, left, gathered, journal = on_bus(work)
    assert (outcome, left, journal) == ("stored", 0, 2)
    assert message["kind"] == "finding"
    assert [one.id for one in gathered] == [message["body"]["id"]] == ["f_1"]


def test_a_second_finding_of_a_shard_changes_nothing(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[str, list[str], int]:
        hand_off = await asked(bus, "q_1")
        await hand_off.finish(DOCS, finding("q_1"))
        again = await hand_off.finish(DOCS, finding("q_1", "f_2"))
        return again, [one.id for one in await hand_off.gathered("q_1")], await bus.call("LLEN", KEYS.reply("q_1"))

    assert on_bus(work) == ("repeat", ["f_1"], 1)


def test_a_question_is_answered_once(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[str, str, str, int]:
        hand_off = await asked(bus, "q_1", seat=COORDINATOR)
        await claimed(hand_off, seat=COORDINATOR)
        first = await hand_off.answer(COORDINATOR, Answer("q_1", "?", "first", found=True))
        second = await hand_off.answer(COORDINATOR, Answer("q_1", "?", "second", found=True))
        stored = await Inquiries(bus, KEYS).stored_answer("q_1")
        assert stored is not None
        return first, second, stored.answer, await bus.call("LLEN", KEYS.worker_tasks(COORDINATOR.worker))

    assert on_bus(work) == ("stored", "repeat", "first", 0)


@pytest.mark.parametrize("step", ["claim", "finish", "answer"])
def test_an_incarnation_that_was_replaced_is_refused_and_stores_nothing(on_bus: Any, step: str) -> None:
    steps = {
        "claim": lambda hand_off: hand_off.claim(DOCS, 8, ()),
        "finish": lambda hand_off: hand_off.finish(DOCS, finding("q_1")),
        "answer": lambda hand_off: hand_off.answer(DOCS, Answer("q_1", "?", "late", found=True)),
    }

    async def work(bus: Bus) -> list[Any]:
        hand_off = await asked(bus, "q_1")
        await bus.call("HSET", KEYS.set_incarnations, "docs", 2)
        before = await bus.call("XLEN", KEYS.journal)
        with pytest.raises(Stale):
            await steps[step](hand_off)
        written = await bus.call("EXISTS", KEYS.gather("q_1"), KEYS.finding("f_1"), KEYS.answer("q_1"))
        queue = await bus.call("LRANGE", KEYS.queue(DOCS.label), 0, -1)
        return [written, queue, await bus.call("XLEN", KEYS.journal) - before]

    assert on_bus(work) == [0, ["q_1"], 0]


def test_a_claim_that_is_cancelled_while_it_waits_loses_no_question(on_bus: Any) -> None:
    """The question may be in the queue or in the claims then: the next claim, or handing back, finds it in either."""

    async def work(bus: Bus) -> list[str]:
        hand_off = HandOff(bus, KEYS)
        names = [f"q_{number}" for number in range(20)]
        for name in names:
            waiting = asyncio.create_task(hand_off.claim(DOCS, 8, ()))
            asking = asyncio.create_task(Inquiries(bus, KEYS).ask(query(name), DOCS.label))
            for _ in range(int(name[2:])):  # a different moment each time
                await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, asking, return_exceptions=True)
        back, _ = await hand_off.hand_back(DOCS, blame=False)
        queue = await bus.call("LRANGE", KEYS.queue(DOCS.label), 0, -1)
        assert set(back) <= set(queue)
        return sorted(queue)

    assert on_bus(work) == sorted(f"q_{number}" for number in range(20))


def test_the_claims_of_processes_that_are_gone_are_found(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[tuple[str, int]]:
        hand_off = await asked(bus, "q_1", "q_2")
        await claimed(hand_off, 1)
        await claimed(hand_off, 1, seat=NEXT)
        return sorted(await hand_off.abandoned())

    assert on_bus(work) == [("docs", 1), ("docs", 2)]


SUCCESSOR = Seat("coordinator", COORDINATOR.incarnation + 1, "coordinator")


def test_the_fan_out_gives_the_findings_that_are_there_already(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], list[str], list[str]]:
        hand_off = HandOff(bus, KEYS)
        first = await hand_off.push(COORDINATOR, query("q_1"), ["shard:2", "shard:3"])
        await hand_off.finish(DOCS, finding("q_1"))
        second = await hand_off.push(SUCCESSOR, query("q_1"), ["shard:2"])
        inbox = [one.id for one in await hand_off.next_findings(COORDINATOR)]
        return [one.id for one in first], [one.id for one in second], inbox

    assert on_bus(work) == ([], ["f_1"], ["f_1"])


def test_a_finding_goes_to_the_coordinator_that_asked_last(on_bus: Any) -> None:
    """Its predecessor may still be leaving, and would take the finding with it."""

    async def work(bus: Bus) -> list[str]:
        hand_off = HandOff(bus, KEYS)
        await hand_off.push(COORDINATOR, query("q_1"), ["shard:2"])
        await hand_off.push(SUCCESSOR, query("q_1"), ["shard:2"])
        await hand_off.finish(DOCS, finding("q_1"))
        assert await bus.call("EXISTS", KEYS.inbox(COORDINATOR.worker)) == 0
        return [one.id for one in await hand_off.next_findings(SUCCESSOR)]

    assert on_bus(work) == ["f_1"]


def test_a_ping_leaves_no_trace_in_the_journal(on_bus: Any) -> None:
    async def work(bus: Bus) -> int:
        hand_off = HandOff(bus, KEYS)
        await Inquiries(bus, KEYS).ask(query("q_1", type="ping"))
        await hand_off.finish(DOCS, finding("q_1"), durable=False)
        await hand_off.answer(COORDINATOR, Answer("q_1", "?", "", found=True), durable=False)
        return int(await bus.call("EXISTS", KEYS.journal, KEYS.findings, KEYS.set_counts))

    assert on_bus(work) == 0


def test_a_finding_is_published_as_it_is_stored(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        async with bus.subscribed(KEYS.channel_findings) as published:
            await HandOff(bus, KEYS).finish(DOCS, finding("q_1"))
            return json.loads(await anext(published))["id"]

    assert on_bus(work) == "f_1"


def test_the_bus_keeps_the_newest_answers_for_a_day_and_the_others_for_an_hour(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        hand_off = await asked(bus, "q_old", seat=COORDINATOR)
        await hand_off.answer(COORDINATOR, Answer("q_old", "?", "yes", found=True))
        await bus.call("RPUSH", KEYS.answers, *(f"q_{number}" for number in range(ANSWERS_ON_BUS)))
        await bus.call("LMOVE", KEYS.answers, KEYS.answers, "LEFT", "RIGHT")
        await hand_off.answer(COORDINATOR, Answer("q_new", "?", "yes", found=True))
        return [await bus.call("TTL", key) for key in (KEYS.answer("q_old"), KEYS.query("q_old"), KEYS.answer("q_new"))]

    old, question, new = on_bus(work)
    assert old <= HOUR_S
    assert question <= HOUR_S
    assert new > HOUR_S


def test_the_bus_keeps_the_newest_findings_and_the_others_for_an_hour(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        hand_off = HandOff(bus, KEYS)
        for number in range(FINDINGS_ON_BUS + 2):
            await hand_off.finish(DOCS, finding(f"q_{number}", f"f_{number}"))
        ttls = [await bus.call("TTL", KEYS.finding(name)) for name in ("f_1", "f_2")]
        return await bus.call("LLEN", KEYS.findings), ttls

    kept, (dropped, held) = on_bus(work)
    assert kept == FINDINGS_ON_BUS
    assert 0 < dropped <= HOUR_S < held
