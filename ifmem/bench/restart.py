"""From `kill -9` of a ready shard until its successor, with its context, has answered a question.

Each shard is killed once in the life of its set: a second crash within a minute waits for a second on purpose.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from ifmem.bench.pings import connected, ping
from ifmem.bench.private_set import private_set, write_shards
from ifmem.bench.programs import NEIGHBOURS, time_ms
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.core.status import ProcessStatus
from ifmem.errors import IfmemError
from ifmem.stores.inquiries import Inquiries

SHARDS = 8
FILES, BYTES = 100, 4_000  # a shard's context; eight of them hold 3.2 MB


def measure_restart(place: Path, scale: Scale) -> Iterable[Row]:
    """One shard killed at a time, then eight at once. The answer of the successor ends the clock, so `ready` came earlier."""
    write_shards(place, SHARDS, files=scale.sized(FILES), size=BYTES)
    in_turn, at_once = [], []
    for _ in range(scale.times(3)):
        with private_set(place) as memory:
            in_turn += asyncio.run(_kill_in_turn(memory, memory.status().shards))
    for _ in range(scale.times(5)):
        with private_set(place) as memory:
            at_once.append(asyncio.run(_kill_at_once(memory, memory.status().shards)))
    fresh = [time_ms(*NEIGHBOURS) for _ in range(scale.times(5))]
    neighbour = row("a fresh interpreter that imports redis and anthropic", "ms", fresh)
    yield row("one shard killed, until it has answered again", "ms", in_turn, at_most(50)).beside(neighbour)
    yield row("eight shards killed at once, until all have answered", "ms", at_once, at_most(250)).beside(neighbour)
    yield neighbour


async def _kill_in_turn(memory: Memory, shards: Sequence[ProcessStatus]) -> list[float]:
    async with connected(memory) as (_, inquiries):
        times = []
        for shard in shards:
            await ping(inquiries, f"shard:{shard.number}")
            started = time.perf_counter()
            _kill(shard)
            await _answered_by_successor(inquiries, shard)
            times.append((time.perf_counter() - started) * 1000)
        return times


async def _kill_at_once(memory: Memory, shards: Sequence[ProcessStatus]) -> float:
    async with connected(memory) as (_, inquiries):
        await asyncio.gather(*(ping(inquiries, f"shard:{shard.number}") for shard in shards))
        started = time.perf_counter()
        for shard in shards:
            _kill(shard)
        await asyncio.gather(*(_answered_by_successor(inquiries, shard) for shard in shards))
        return (time.perf_counter() - started) * 1000


def _kill(shard: ProcessStatus) -> None:
    assert shard.pid is not None
    os.kill(shard.pid, signal.SIGKILL)


async def _answered_by_successor(inquiries: Inquiries, shard: ProcessStatus) -> None:
    finding = await ping(inquiries, f"shard:{shard.number}")
    if finding["incarnation"] <= shard.incarnation:
        raise IfmemError(
            f"{shard.name} answered after it had been killed.", why=f"incarnation {finding['incarnation']}"
        )
