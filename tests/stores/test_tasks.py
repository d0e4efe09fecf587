from __future__ import annotations

from typing import Any

import pytest

from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, HOUR_S, Keys
from ifmem.core.tasks import LABEL, Task
from ifmem.stores.bus import Bus
from ifmem.stores.contributions import contribute
from ifmem.stores.dead_letters import DeadLetters
from ifmem.stores.hand_off import FINDINGS_ON_BUS, HandOff, Seat, Stale
from ifmem.stores.inquiries import Busy
from ifmem.stores.tasks import Tasks

KEYS = Keys("test")
ONE = Seat("worker-1", 1, LABEL)
TWO = Seat("worker-2", 1, LABEL)
ONE_AGAIN = Seat("worker-1", 2, LABEL)


def task(name: str, priority: str = "medium", **more: Any) -> Task:
    return Task(name, f"question {name}", priority=priority, **more)


def finding(task_id: str, name: str = "f_1", worker: str = "worker-1") -> Finding:
    return Finding(name, task_id, "docs", found=True, text="found", worker=worker)


async def put(bus: Bus, *tasks: Task) -> Tasks:
    store = Tasks(bus, KEYS)
    await store.put(tasks)
    return store


async def claimed(store: Tasks, seat: Seat = ONE) -> str | None:
    claim = await store.claim(seat)
    return claim.id if claim else None


def test_tasks_are_claimed_by_priority_and_in_order_within_one(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str | None]:
        store = await put(bus, task("t_1"), task("t_2", "low"), task("t_3", "high"), task("t_4"), task("t_5", "high"))
        return [await claimed(store, Seat(f"worker-{n}", 1, LABEL)) for n in range(6)]

    assert on_bus(work) == ["t_3", "t_5", "t_1", "t_4", "t_2", None]


def test_a_worker_that_asks_again_gets_what_it_holds(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str | None]:
        store = await put(bus, task("t_1"), task("t_2"))
        return [await claimed(store), await claimed(store), await claimed(store, TWO)]

    assert on_bus(work) == ["t_1", "t_1", "t_2"]


def test_a_task_that_was_put_is_not_put_again_but_takes_its_new_deadline(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, float]:
        store = await put(bus, task("t_1", deadline=1.0))
        await store.put([task("t_1", deadline=2.0)])
        claim = await store.claim(ONE)
        assert claim is not None and claim.task is not None
        return await store.waiting(), claim.task.deadline

    assert on_bus(work) == (0, 2.0)


def test_a_task_has_one_finding_whoever_finds_it(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], dict[str, Finding], Any]:
        store = await put(bus, task("t_1"))
        await store.claim(ONE)
        outcomes = [await store.finish(ONE, finding("t_1"), "t_1"), await store.finish(ONE, finding("t_1"), "t_1")]
        return outcomes, await store.findings(["t_1"]), await bus.call("XLEN", KEYS.journal)

    outcomes, findings, entries = on_bus(work)
    assert outcomes == ["stored", "repeat"]
    assert findings == {"t_1": finding("t_1")}
    assert entries == 2  # the task and its one finding


def test_what_a_worker_says_that_no_longer_holds_the_task_is_refused(on_bus: Any) -> None:
    async def work(bus: Bus) -> str:
        store = await put(bus, task("t_1"))
        await store.claim(ONE)
        await HandOff(bus, KEYS).hand_back(ONE, blame=True)
        await store.claim(TWO)
        with pytest.raises(Stale):
            await store.finish(ONE, finding("t_1"), "t_1")
        return await store.finish(TWO, finding("t_1", "f_2", "worker-2"), "t_1")

    assert on_bus(work) == "stored"


def test_what_an_older_life_says_is_refused(on_bus: Any) -> None:
    async def work(bus: Bus) -> None:
        store = await put(bus, task("t_1"))
        await store.claim(ONE)
        await bus.call("HSET", KEYS.set_incarnations, "worker-1", 2)
        with pytest.raises(Stale):
            await store.finish(ONE, finding("t_1"), "t_1")
        with pytest.raises(Stale):
            await store.claim(ONE)

    on_bus(work)


def test_what_was_handed_back_goes_first_and_counts_its_attempts(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[str, int]:
        store = await put(bus, task("t_1", "low"), task("t_2", "low"))
        await store.claim(ONE)
        await store.hand_off.hand_back(ONE, blame=True)
        await store.put([task("t_3", "high")])
        claim = await store.claim(ONE_AGAIN)
        assert claim is not None
        return claim.id, claim.attempts

    assert on_bus(work) == ("t_1", 2)


def test_a_task_that_cost_three_lives_is_dead_and_can_be_put_again(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[list[str], bool, bool, str | None]:
        store = await put(bus, task("t_1"))
        for life in (1, 2, 3):
            seat = Seat("worker-1", life, LABEL)
            await store.claim(seat)
            _, dead = await store.hand_off.hand_back(seat, blame=True)
        await store.hand_off.bury(seat, "t_1")
        letters = await DeadLetters(bus, KEYS).all()
        assert letters[0].query is not None and letters[0].query.question == "question t_1"
        again = [await store.retry("t_1", task("t_2")), await store.retry("t_1", task("t_3"))]
        return dead, *again, await claimed(store, TWO)

    assert on_bus(work) == (["t_1"], True, False, "t_2")


def test_findings_of_a_group_are_heard_in_one_place(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[str]:
        store = await put(bus, task("t_1", group="g"), task("t_2", group="g"))
        for seat, name in ((ONE, "f_1"), (TWO, "f_2")):
            claim = await store.claim(seat)
            assert claim is not None and claim.task is not None
            await store.finish(seat, finding(claim.id, name), claim.task.reply_to)
        heard = [await store.next_finding("g", 1.0), await store.next_finding("g", 1.0)]
        return [one.id for one in heard if one]

    assert on_bus(work) == ["f_1", "f_2"]


def test_more_tasks_than_may_wait_are_refused(on_bus: Any) -> None:
    async def work(bus: Bus) -> int:
        store = Tasks(bus, KEYS, most_waiting=2)
        with pytest.raises(Busy):
            await store.put([task("t_1"), task("t_2"), task("t_3")])
        return await store.waiting()

    assert on_bus(work) == 2


def test_the_overview_tells_how_each_task_stands(on_bus: Any) -> None:
    async def work(bus: Bus) -> dict[str, tuple[str, str]]:
        store = await put(bus, *(task(f"t_{n}") for n in range(1, 4)))
        await store.claim(ONE)
        await store.finish(ONE, finding("t_1"), "t_1")
        await store.claim(TWO)
        return {one.task.id: (one.state, one.worker) for one in await store.overview()}

    assert on_bus(work) == {
        "t_1": ("found", "worker-1"),
        "t_2": ("working", "worker-2.1"),
        "t_3": ("waiting", ""),
    }


def test_putting_wakes_the_supervisor(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await put(bus, task("t_1"))
        return await bus.call("LRANGE", KEYS.set_control, 0, -1)

    assert on_bus(work) == ['{"op": "work"}']


@pytest.mark.parametrize("by", ["a worker", "an agent"])
def test_a_finding_that_is_no_longer_among_the_newest_leaves_the_bus_within_the_hour(on_bus: Any, by: str) -> None:
    async def work(bus: Bus) -> list[int]:
        await bus.call("RPUSH", KEYS.findings, *(f"f_old{number}" for number in range(FINDINGS_ON_BUS)))
        oldest = KEYS.finding(f"f_old{FINDINGS_ON_BUS - 1}")
        await bus.call("SET", oldest, "{}", "EX", DAY_S)
        store = await put(bus, task("t_1"))
        await claimed(store)
        if by == "a worker":
            await store.finish(ONE, finding("t_1"), "t_1")
        else:
            await contribute(bus, KEYS, finding(""))
        return [await bus.call("TTL", key) for key in (oldest, KEYS.finding("f_1"))]

    dropped, held = on_bus(work)
    assert 0 < dropped <= HOUR_S < held
