from __future__ import annotations

from typing import Any

from ifmem.core.keys import Keys
from ifmem.core.tasks import LABEL, Task
from ifmem.processes.estate import Estate
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import Seat
from ifmem.stores.tasks import Tasks

KEYS = Keys("test")


async def held_by(bus: Bus, seat: Seat, lost: int) -> Estate:
    """A worker that holds a task which cost so many others their lives."""
    tasks = Tasks(bus, KEYS)
    await tasks.put([Task("t_1", "Who counts?", shard="docs")])
    await bus.call("HSET", KEYS.attempts("t_1"), LABEL, lost)
    await tasks.claim(seat)
    return Estate(tasks)


def test_what_an_earlier_sets_worker_held_goes_back_to_the_queue(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[int, int]:
        estate = await held_by(bus, Seat("worker-1", 3, LABEL), 0)
        await estate.settle_all()
        claim = await estate.tasks.claim(Seat("worker-1", 4, LABEL))
        assert claim is not None
        return claim.attempts, await estate.tasks.waiting()

    assert on_bus(work) == (2, 0)


def test_whoever_waits_is_told_that_a_task_is_given_up_though_its_worker_is_of_an_earlier_set(on_bus: Any) -> None:
    async def work(bus: Bus) -> tuple[str, int, list[str]]:
        estate = await held_by(bus, Seat("worker-1", 3, LABEL), 2)
        await bus.call("HSET", KEYS.set_incarnations, "worker-1", 4)
        await estate.settle_all()
        await estate.settle_all()
        told = await estate.tasks.next_finding("t_1", 1.0)
        assert told is not None
        return told.error, told.attempts, await bus.call("LRANGE", KEYS.queue_dead, 0, -1)

    assert on_bus(work) == ("the task was given up: 3 workers died of it", 3, ["t_1"])
