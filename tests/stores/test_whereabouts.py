from __future__ import annotations

from typing import Any

from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import Inquiries
from ifmem.stores.whereabouts import Whereabouts, whereabouts

KEYS = Keys("test")
SEATS = [Seat("coordinator", 1, "coordinator"), Seat("docs", 4, "shard:2"), Seat("code", 1, "shard:3")]


def test_a_question_waits_behind_others_while_somebody_works_on_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Whereabouts]:
        hand_off = HandOff(bus, KEYS)
        for name in ("q_1", "q_2", "q_3"):
            await Inquiries(bus, KEYS).ask(Query(name, "what?"), "shard:2")
        await Inquiries(bus, KEYS).ask(Query("q_3", "what?"))
        await hand_off.claim(SEATS[0], 8, ())
        await hand_off.claim(SEATS[1], 1, ())
        return [await whereabouts(bus, KEYS, name, SEATS) for name in ("q_1", "q_3", "q_9")]

    assert on_bus(work) == [
        Whereabouts({}, ("docs",), known=True),
        Whereabouts({"docs": 1}, ("coordinator",), known=True),
        Whereabouts(),
    ]
