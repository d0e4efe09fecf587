from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from running_set import PATIENCE_S

from ifmem.providers.warmth import Warmth

Log = list[str]


async def send(warmth: Warmth, log: Log, name: str, *, answered: asyncio.Event, fails: bool = False) -> None:
    """A request for the page `p` that is answered when the event is set, or fails then."""
    async with warmth.turn("p") as begun:
        log.append(f"{name} sent")
        await answered.wait()
        if not fails:
            begun()
            log.append(f"{name} begun")


async def settled() -> None:
    """Every task has gone as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), PATIENCE_S))


def test_others_wait_until_the_first_response_has_begun() -> None:
    async def story() -> None:
        warmth, log, answered = Warmth(300), Log(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for name in "abc":
                tasks.create_task(send(warmth, log, name, answered=answered))
            await settled()
            assert log == ["a sent"]
            answered.set()
        assert log[1] == "a begun"
        assert sorted(log[2:]) == ["b begun", "b sent", "c begun", "c sent"]

    run(story)


def test_a_warm_page_is_sent_to_at_once() -> None:
    async def story() -> None:
        warmth, log, never, done = Warmth(300), Log(), asyncio.Event(), asyncio.Event()
        done.set()
        await send(warmth, log, "first", answered=done)
        waiting = [asyncio.create_task(send(warmth, log, name, answered=never)) for name in "ab"]
        await settled()
        assert log == ["first sent", "first begun", "a sent", "b sent"]
        for task in waiting:
            task.cancel()

    run(story)


def test_if_the_first_fails_the_next_tries() -> None:
    async def story() -> None:
        warmth, log, answered = Warmth(300), Log(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send(warmth, log, "a", answered=answered, fails=True))
            tasks.create_task(send(warmth, log, "b", answered=answered))
            await settled()
            answered.set()
        assert log == ["a sent", "b sent", "b begun"]

    run(story)


def test_one_that_hangs_does_not_keep_the_others_for_ever() -> None:
    async def story() -> None:
        warmth, log, answered = Warmth(300, patience_s=0.01), Log(), asyncio.Event()
        answered.set()
        hanging = asyncio.create_task(send(warmth, log, "a", answered=asyncio.Event()))
        await settled()
        await send(warmth, log, "b", answered=answered)
        assert log == ["a sent", "b sent", "b begun"]
        hanging.cancel()

    run(story)


def test_a_page_gets_cold_when_its_life_is_over() -> None:
    async def story() -> None:
        warmth, answered = Warmth(0.0), asyncio.Event()
        answered.set()
        await send(warmth, Log(), "a", answered=answered)
        assert not warmth.is_warm("p")

    run(story)
