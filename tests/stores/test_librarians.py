from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, Keys
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus
from ifmem.stores.librarians import Librarians

KEYS = Keys("test")


def test_a_quota_is_full_in_the_morning_and_goes_with_the_day(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, int]:
        left = await Librarians(bus, KEYS, 1_500).left(1)
        return left, await bus.call("TTL", KEYS.librarian_quota(1))

    left, seconds = on_bus(work)
    assert left == 1_500
    assert 0 < seconds <= DAY_S


def test_calls_are_counted_once_whoever_makes_them(on_bus: Any) -> None:
    async def work(bus: Bus) -> Counter[int]:
        other = Bus(bus.url)
        both = [Librarians(bus, KEYS, 10), Librarians(other, KEYS, 10)]
        taken = await asyncio.gather(*(both[n % 2].take([1]) for n in range(40)))
        await other.close()
        return Counter(taken)

    assert on_bus(work) == {1: 10, 0: 30}


def test_the_next_ones_quota_is_taken_when_ones_own_is_used_up(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[int]:
        librarians = Librarians(bus, KEYS, 1)
        return [await librarians.take([2, 3, 1]) for _ in range(4)]

    assert on_bus(work) == [2, 3, 1, 0]


def test_what_the_vendor_says_is_used_up_stays_so_until_tomorrow(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, int, int]:
        librarians = Librarians(bus, KEYS, 5)
        await librarians.take([1])
        await librarians.use_up(1)
        return await librarians.left(1), await librarians.take([1]), await bus.call("TTL", KEYS.librarian_quota(1))

    left, taken, seconds = on_bus(work)
    assert (left, taken) == (0, 0)
    assert seconds > 0


def test_a_librarian_says_how_it_is_and_what_it_holds(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        assert await Librarians(bus, KEYS, 7).stand(2, "ready", 4_200) == 7
        keys = (KEYS.librarian_status(2), KEYS.librarian_capacity(2), KEYS.librarian_quota(2))
        return [await bus.call("GET", key) for key in keys] + [await bus.call("TTL", keys[0]) > 0]

    assert on_bus(work) == ["ready", "4200", "7", True]


def test_questions_and_answers_are_told_on_their_channels(on_bus: Any) -> None:
    finding = Finding("f_9", "q_1", "librarian-2", found=True, text="So.", citations=(Citation("f_1", 3, 4, "words"),))

    async def work(bus: Bus) -> list[dict[str, Any]]:
        librarians = Librarians(bus, KEYS, 1)
        async with bus.subscribed(KEYS.channel_queries) as asked, bus.subscribed(KEYS.channel_responses) as answered:
            await librarians.announce(Query("q_1", "Why?"), ["librarian-2"])
            await librarians.respond(finding)
            return [json.loads(await anext(asked)), json.loads(await anext(answered))]

    asked, answered = on_bus(work)
    assert asked == {
        "type": "query",
        "query_id": "q_1",
        "question": "Why?",
        "librarians": ["librarian-2"],
        "queued": True,
    }
    assert (answered["librarian"], answered["finding"], answered["sources"]) == (2, "f_9", ["f_1:3-4"])
