from __future__ import annotations

from typing import Any

from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.dead_letters import DeadLetters
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import Inquiries

KEYS = Keys("test")
DOCS = Seat("docs", 1, "shard:2")


def test_a_dead_question_is_listed_and_can_be_put_again_once(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[Any, ...]:
        hand_off, dead_letters, asked = HandOff(bus, KEYS), DeadLetters(bus, KEYS), Query("q_1", "what?")
        await Inquiries(bus, KEYS).ask(asked, DOCS.label)
        for _ in range(3):
            await hand_off.claim(DOCS, 8, ())
            await hand_off.hand_back(DOCS, blame=True)
        await hand_off.bury(DOCS, "q_1")
        (letter,) = await dead_letters.all()
        outcomes = [await dead_letters.retry("q_1", Query("q_2", "what?")) for _ in range(2)]
        queue = await bus.call("LRANGE", KEYS.queue("coordinator"), 0, -1)
        return letter.id, letter.query == asked, letter.lives, outcomes, queue, await dead_letters.all()

    assert on_bus(work) == ("q_1", True, {"shard:2": 3}, [True, False], ["q_2"], [])
