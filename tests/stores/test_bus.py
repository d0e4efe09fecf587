from __future__ import annotations

import asyncio
from typing import Any

import pytest
from running_set import PATIENCE_S

from ifmem.errors import Exit, IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost


def test_a_command_and_its_reply(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("SET", "key", "naïve")
        return await bus.call("GET", "key")

    assert on_bus(work) == "naïve"


def test_bytes_come_back_as_they_went(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        await bus.call("SET", "key", b"\xff\x00\xfe")
        return await bus.call_bytes("GET", "key")

    assert on_bus(work) == b"\xff\x00\xfe"


def test_several_commands_answer_in_order(on_bus: Any) -> None:
    async def work(bus: Bus) -> Any:
        return await bus.send(("RPUSH", "list", 1, 2), ("LRANGE", "list", 0, -1), ("HGETALL", "none"))

    assert on_bus(work) == [2, ["1", "2"], {}]


def test_a_command_that_is_refused_is_told_with_its_reason(on_bus: Any) -> None:
    async def work(bus: Bus) -> None:
        await bus.call("SET", "key", "text")
        await bus.call("LPUSH", "key", "x")

    with pytest.raises(IfmemError, match="holds something else under a name of ifmem's") as refused:
        on_bus(work)
    assert "WRONGTYPE" in refused.value.why
    assert not isinstance(refused.value, BusLost)


def test_a_server_that_is_not_there_is_lost() -> None:
    with pytest.raises(BusLost, match="cannot reach Redis") as lost:
        asyncio.run(Bus("redis://127.0.0.1:1").call("PING"))
    assert lost.value.exit_code == Exit.DID_NOT_HAPPEN
    assert lost.value.fix


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(IfmemError, match="cannot use the Redis address") as refused:
        Bus("http://user:secret@host")
    assert refused.value.exit_code == Exit.USAGE
    assert "secret" not in str(refused.value.to_dict())


def test_a_cancelled_wait_leaves_a_connection_that_works(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[Any]:
        replies = []
        for turns in range(30):
            waiting = asyncio.create_task(bus.call("BLPOP", "nothing", 1))
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            replies.append(await bus.call("ECHO", turns))
        return replies

    assert on_bus(work) == [str(turns) for turns in range(30)]


def test_a_cancellation_that_comes_with_the_reply_is_not_swallowed(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[bool]:
        outcomes = []
        for turns in range(40):
            task = asyncio.create_task(_endlessly(bus))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait((task,), timeout=PATIENCE_S)
            outcomes.append(task.cancelled())
        return outcomes

    assert on_bus(work) == [True] * 40


async def _endlessly(bus: Bus) -> None:
    while True:
        await bus.call("PING")
