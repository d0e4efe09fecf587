"""Whoever waits for a question that cost three processes their lives is told, however many have lived since."""

from __future__ import annotations

import pytest
from stores.conftest import OnBus

from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.processes.inheritance import Inheritance
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import MOST_ATTEMPTS, Seat
from ifmem.stores.inquiries import Inquiries

KEYS = Keys("test")


@pytest.mark.parametrize(
    ("dead", "told"), [(Seat("docs", 3, "shard:2"), "finding"), (Seat("coordinator", 3, "coordinator"), "answer")]
)
def test_a_question_is_given_up_though_several_lives_have_passed(on_bus: OnBus, dead: Seat, told: str) -> None:
    async def work(bus: Bus) -> tuple[list[str], str, list[str]]:
        inheritance, inquiries = Inheritance(bus, KEYS), Inquiries(bus, KEYS)
        await inquiries.ask(Query("q_1", "Who counts?"), dead.label)
        await bus.call("HSET", KEYS.attempts("q_1"), dead.label, MOST_ATTEMPTS - 1)
        await inheritance.hand_off.claim(dead, 1, ())
        await bus.call("HSET", KEYS.set_incarnations, dead.name, dead.incarnation + 7)
        _, given_up = await inheritance.settle(dead, blame=True)
        message = await inquiries.message("q_1")
        assert message is not None
        return given_up, message["kind"], await bus.call("LRANGE", KEYS.queue_dead, 0, -1)

    assert on_bus(work) == (["q_1"], told, ["q_1"])
