"""Question hand-off: client to shard and back, and through the coordinator to four shards and back, beside a bare reliable list."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from ifmem.bench import raw_list
from ifmem.bench.pings import QUESTION, connected, ping, rate, time_each_ms
from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.programs import running
from ifmem.bench.rows import Row, at_least, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.stores.bus_server import bus_url

SHARDS, CALLERS = 4, 16
LABELS = [f"shard:{number}" for number in range(1, SHARDS + 1)]
QUEUES = [f"raw-queue-{number}" for number in range(SHARDS)]
Ask = Callable[[str], Awaitable[object]]


def measure_hand_off(place: Path, scale: Scale) -> Iterable[Row]:
    """1 KB to a shard and back: how long with one caller, and how many a second with sixteen."""
    with private_set(write_small_folder(place)) as memory, ExitStack() as echoes:
        for queue in QUEUES:
            echoes.enter_context(running("-m", "ifmem.bench.raw_list", bus_url(memory.config), queue))
        yield from asyncio.run(_hand_off(memory, scale))


async def _hand_off(memory: Memory, scale: Scale) -> list[Row]:
    async with connected(memory) as (bus, inquiries):

        async def ask_shard(label: str) -> object:
            return await ping(inquiries, label)

        async def ask_raw(queue: str) -> object:
            return await raw_list.ask(bus, queue, QUESTION)

        return [*await _one_caller(ask_shard, ask_raw, scale), *await _many_callers(ask_shard, ask_raw, scale)]


async def _one_caller(ask_shard: Ask, ask_raw: Ask, scale: Scale) -> list[Row]:
    """In turns, so that both see the same machine."""
    await time_each_ms(ask_shard, LABELS * 5)
    await time_each_ms(ask_raw, QUEUES * 5)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(scale.times(50)):
        ours += await time_each_ms(ask_shard, LABELS * 10)
        theirs += await time_each_ms(ask_raw, QUEUES * 10)
    raw = row("raw reliable list, 1 caller", "ms", theirs)
    return [row("hand-off, 1 caller", "ms", ours, at_most(0.6)).beside(raw), raw]


async def _many_callers(ask_shard: Ask, ask_raw: Ask, scale: Scale) -> list[Row]:
    ours, theirs = [], []
    for _ in range(scale.times(10)):
        ours.append(await rate(ask_shard, _round_robin(LABELS, scale.times(2000, 64)), CALLERS))
        theirs.append(await rate(ask_raw, _round_robin(QUEUES, scale.times(2000, 64)), CALLERS))
    raw = row(f"raw reliable list, {CALLERS} callers, {SHARDS} workers", "a second", theirs, rate=True)
    mine = row(f"hand-off, {CALLERS} callers, {SHARDS} shards", "a second", ours, at_least(3500), rate=True)
    return [mine.beside(raw), raw]


def _round_robin(labels: list[str], count: int) -> list[str]:
    return list(itertools.islice(itertools.cycle(labels), count))


def measure_fan_out(place: Path, scale: Scale) -> Iterable[Row]:
    """The same question through the coordinator to four shards, their findings merged, and back."""
    with private_set(write_small_folder(place)) as memory:
        yield from asyncio.run(_fan_out(memory, scale))


async def _fan_out(memory: Memory, scale: Scale) -> list[Row]:
    async with connected(memory) as (_, inquiries):

        async def ask(label: str) -> object:
            return await ping(inquiries, label)

        await time_each_ms(ask, [*LABELS, "coordinator"] * 5)
        through: list[float] = []
        straight: list[float] = []
        for _ in range(scale.times(100, 5)):
            straight += await time_each_ms(ask, LABELS)
            through += await time_each_ms(ask, ["coordinator"] * len(LABELS))
    plain = row("straight to one shard", "ms", straight)
    added = [one - plain.p50 for one in through]
    return [
        row("through the coordinator to four shards", "ms", through).beside(plain),
        row("what the coordinator adds", "ms", added, at_most(3)),
        plain,
    ]
