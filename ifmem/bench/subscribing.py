"""How soon a subscriber has a finding: one that listens, from the moment it is stored, and one that was away, all that it missed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path

from ifmem.bench.pings import connected
from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.rows import Row, at_least, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.record import new_id
from ifmem.processes.subscribing import Follower, place_after
from ifmem.stores.bus import Bus
from ifmem.stores.contributions import contribute

LISTENED, MISSED = 200, 1_000
TEXT = "x" * 1_024


def measure_subscribing(place: Path, scale: Scale) -> Iterable[Row]:
    """Each finding to a subscriber of its own, in a running set."""
    with private_set(write_small_folder(place)) as memory:
        yield from asyncio.run(_subscribing(memory, scale))


async def _subscribing(memory: Memory, scale: Scale) -> list[Row]:
    async with connected(memory) as (bus, _):
        listened = [await _to_a_new_subscriber_ms(memory, bus) for _ in range(scale.times(LISTENED))]
        count = scale.times(MISSED, 10)
        took_s, had = await _after_an_absence(memory, bus, count)
    return [
        row("stored, until a new subscriber has it", "ms", listened, at_most(20)),
        row(f"of {count:,} findings stored in an absence, those received", "findings", [had], at_least(count)),
        row(f"{count:,} findings stored in an absence, until all are there", "ms", [took_s * 1000]),
    ]


async def _to_a_new_subscriber_ms(memory: Memory, bus: Bus) -> float:
    archive, keys = memory.config.archive, Keys(memory.config.namespace)
    async with aclosing(Follower(bus, keys, archive, await place_after(archive, "")).findings()) as stream:
        finding = _finding()
        waiting = asyncio.create_task(_until(stream, finding.id))
        await asyncio.sleep(0)
        stored_at = time.perf_counter()
        await contribute(bus, keys, finding)
        return (await waiting - stored_at) * 1000


async def _after_an_absence(memory: Memory, bus: Bus, count: int) -> tuple[float, int]:
    """How long it took to get all that was stored meanwhile, and how many different findings that were."""
    archive, keys = memory.config.archive, Keys(memory.config.namespace)
    last = _finding()
    await contribute(bus, keys, last)
    stored = [_finding() for _ in range(count)]
    for finding in stored:
        await contribute(bus, keys, finding)
    started, had = time.perf_counter(), set[str]()
    async with aclosing(Follower(bus, keys, archive, await place_after(archive, last.id)).findings()) as stream:
        async for finding in stream:
            had.add(finding.id)
            if finding.id == stored[-1].id:
                break
    return time.perf_counter() - started, len(had & {finding.id for finding in stored})


async def _until(stream: AsyncGenerator[Finding, None], finding_id: str) -> float:
    async for finding in stream:
        if finding.id == finding_id:
            break
    return time.perf_counter()


def _finding() -> Finding:
    return Finding(new_id("f"), "", "bench", found=True, text=TEXT, created_at=time.time())
