"""The neighbours, where they are installed: a request of 1 KB and its reply, beside the hand-off, on the same server, one caller."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

from ifmem.bench.neighbours import NEIGHBOURS, Call, installed
from ifmem.bench.pings import QUESTION, connected, ping, time_each_ms
from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.programs import running
from ifmem.bench.rows import Row, row
from ifmem.bench.scale import Scale, Skipped
from ifmem.client import Memory
from ifmem.errors import IfmemError
from ifmem.stores.bus_server import bus_url


def measure_peers(place: Path, scale: Scale) -> Iterable[Row]:
    """A neighbour that does not work does not keep the others from being measured."""
    names = installed()
    if not names:
        raise Skipped(f"none of {', '.join(NEIGHBOURS)} is installed.", fix="make bench-peers")
    times = scale.times(500, 5)
    with private_set(write_small_folder(place)) as memory:
        ours = row("hand-off, 1 caller", "ms", asyncio.run(_hand_off(memory, times)))
        yield ours
        failed = []
        for name in names:
            try:
                yield row(f"{name}, 1 caller", "ms", _neighbour(name, bus_url(memory.config), times)).beside(ours)
            except IfmemError as error:
                failed.append(f"{error.what} {error.why}")
    if failed:
        raise IfmemError("not every neighbour could be measured.", why="; ".join(failed))


async def _hand_off(memory: Memory, times: int) -> list[float]:
    async with connected(memory) as (_, inquiries):
        labels = ["shard:1"] * times
        await time_each_ms(lambda label: ping(inquiries, label), labels[:20])
        return await time_each_ms(lambda label: ping(inquiries, label), labels)


def _neighbour(name: str, url: str, times: int) -> list[float]:
    with running("-m", "ifmem.bench.neighbours", name, url):
        call = NEIGHBOURS[name].call(url)
        _call_ms(name, call)  # waits until its worker is there
        for _ in range(20):
            call(QUESTION)
        return [_call_ms(name, call) for _ in range(times)]


def _call_ms(name: str, call: Call) -> float:
    started = time.perf_counter()
    try:
        call(QUESTION)
    except Exception as error:  # each neighbour has its own kinds
        raise IfmemError(f"{name} did not answer.", why=f"{type(error).__name__}: {error}") from error
    return (time.perf_counter() - started) * 1000
