from __future__ import annotations

from typing import Any

import pytest

from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import LIMITED_S, Busy, Inquiries

KEYS = Keys("test")
DOCS = Seat("docs", 1, "shard:2")
COORDINATOR = Seat("coordinator", 1, "coordinator")


def query(name: str, **more: Any) -> Query:
    return Query(name, f"question {name}", **more)


async def claimed(bus: Bus, held: tuple[str, ...] = ()) -> list[str]:
    return [claim.id for claim in await HandOff(bus, KEYS).claim(COORDINATOR, 8, held)]


def test_a_full_queue_refuses_another_question_and_says_how_many_are_ahead(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, int]:
        inquiries = Inquiries(bus, KEYS, most_waiting=2)
        await inquiries.ask(query("q_1"))
        await inquiries.ask(query("q_2"))
        with pytest.raises(Busy, match="busy: 2 questions are ahead"):
            await inquiries.ask(query("q_3"))
        with pytest.raises(Busy):
            await inquiries.ask_and_wait(query("q_3"))
        await inquiries.ask(query("q_1"))  # known: put again after an outage
        return await bus.call("EXISTS", KEYS.query("q_3")), await bus.call("LLEN", KEYS.queue("coordinator"))

    assert on_bus(work) == (0, 3)


def test_a_limit_on_a_queue_counts_until_it_is_lifted(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        inquiries, label = Inquiries(bus, KEYS), DOCS.label
        for name in ("q_1", "q_2"):
            await inquiries.ask(query(name), label)
        await inquiries.admit(label, 2)
        with pytest.raises(Busy, match="busy: 2 questions are ahead"):
            await inquiries.ask(query("q_3"), label)
        await inquiries.ask(query("q_3"), COORDINATOR.label)
        await inquiries.admit(label, None)
        await inquiries.ask(query("q_3"), label)
        return [await inquiries.waiting(label), await inquiries.waiting(COORDINATOR.label)]

    assert on_bus(work) == [3, 1]


def test_a_limit_goes_with_the_coordinator_that_set_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> int:
        await Inquiries(bus, KEYS).admit(DOCS.label, 2)
        return int(await bus.call("TTL", KEYS.limit(DOCS.label)))

    assert 0 < on_bus(work) <= LIMITED_S


def test_a_question_that_the_bus_has_lost_is_put_again_and_no_other(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[int], list[str]]:
        inquiries = Inquiries(bus, KEYS)
        await inquiries.ask(query("q_waits"))
        await bus.call("SET", KEYS.answer("q_answered"), "{}")
        lost = [query(name) for name in ("q_waits", "q_answered", "q_lost", "q_too")]
        outcomes = [await inquiries.put_again(lost) for _ in range(2)]
        return outcomes, await claimed(bus)

    assert on_bus(work) == ([2, 0], ["q_waits", "q_lost", "q_too"])


def test_a_question_in_work_that_is_put_again_gives_its_claim_back_and_no_second_work(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], list[str]]:
        inquiries = Inquiries(bus, KEYS)
        await inquiries.put_again([query("q_1")])
        again = await claimed(bus, held=("q_1",))
        return again, await bus.call("LRANGE", KEYS.worker_tasks(COORDINATOR.worker), 0, -1)

    assert on_bus(work) == ([], ["q_1"])


def test_an_asker_hears_what_becomes_of_its_question(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        inquiries = Inquiries(bus, KEYS)
        await inquiries.tell("q_1", "asking docs")
        return [await inquiries.message("q_1"), await inquiries.message("q_1", wait_s=0.01)]

    assert on_bus(work) == [{"kind": "progress", "body": "asking docs"}, None]
