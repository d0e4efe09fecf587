"""Questions of one kilobyte through the real hand-off, without a search: what they cost is the hand-off alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ifmem.client import Memory
from ifmem.core.keys import Keys
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.inquiries import Inquiries

PATIENCE_S = 30.0
QUESTION = "x" * 1024


@asynccontextmanager
async def connected(memory: Memory) -> Any:
    """A bus and the asker's end of its hand-off, of this event loop."""
    bus = Bus(bus_url(memory.config))
    try:
        yield bus, Inquiries(bus, Keys(memory.config.namespace))
    finally:
        await bus.close()


async def ping(inquiries: Inquiries, label: str) -> dict[str, Any]:
    """Ask the process behind `label` for a sign of life; returns the body of its reply. Raises IfmemError if none comes."""
    now = time.time()
    query = Query(new_id("q"), QUESTION, type="ping", asked_at=now, deadline=now + PATIENCE_S)
    message = await inquiries.ask_and_wait(query, label)
    while message is None and time.time() < query.deadline:
        message = await inquiries.message(query.id)
    if message is None:
        raise IfmemError(f"{label} did not answer a ping within {PATIENCE_S:.0f} s.")
    body: dict[str, Any] = message["body"]
    return body


async def time_each_ms(ask: Callable[[str], Awaitable[object]], labels: Sequence[str]) -> list[float]:
    """One after the other: how long each took."""
    times = []
    for label in labels:
        started = time.perf_counter()
        await ask(label)
        times.append((time.perf_counter() - started) * 1000)
    return times


async def rate(ask: Callable[[str], Awaitable[object]], labels: Sequence[str], callers: int) -> float:
    """All of them by `callers` at once: how many a second."""
    left: Iterator[str] = iter(labels)

    async def call() -> None:
        for label in left:
            await ask(label)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(callers):
            tasks.create_task(call())
    return len(labels) / (time.perf_counter() - started)
