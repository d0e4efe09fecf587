"""Ten times more questions than can be answered: who is answered, who is told, what it costs in memory, how soon all is as before.

Linux only: memory is read from /proc.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ifmem.bench.crowd import Crowd, Heard
from ifmem.bench.pings import connected
from ifmem.bench.private_set import everyone_of, private_set, write_small_folder
from ifmem.bench.rows import Row, at_most, at_most_times, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.core.keys import Keys
from ifmem.processes.asking import Asking
from ifmem.stores.bus_server import BusServer

CALLERS = 32  # as many as the coordinator works on at once
CLOSED_S, OVERLOAD_S, AFTER_S = 10.0, 60.0, 15.0
PATIENCE_S, LEAST_PATIENCE_S = 10.0, 2.0
TIMES = 10
LEAST_RATE = 300.0  # a second: who measures on a busy machine what can be kept up may find next to nothing
BACK, BACK_WITHIN_S = 2.0, 5.0  # times the latency before, and how soon
TOGETHER = 5  # latencies that make a median
GROWTH = 2.0
KEPT_KIB = 32.0  # a question, its findings, its answer, and the answer in its asker's list
KIB_A_MIB = 1024
LOOK_EVERY_S = 0.5
WHO = ("the bus", "the processes")


def measure_overload(place: Path, scale: Scale) -> Iterable[Row]:
    """The rate that can be kept up first, then ten times as much for a minute, then one asker alone, as before."""
    with private_set(write_small_folder(place)) as memory:
        yield from asyncio.run(_measure(memory, scale))


async def _measure(memory: Memory, scale: Scale) -> list[Row]:
    async with connected(memory) as (bus, _):
        asking = Asking(bus, Keys(memory.config.namespace), memory.config.queue_limit)
        patience_s = max(PATIENCE_S * scale.size, LEAST_PATIENCE_S)
        await Crowd(asking, "first", patience_s).in_turns(CALLERS, CLOSED_S * scale.size / 4)
        sustainable = await Crowd(asking, "closed", patience_s).in_turns(CALLERS, CLOSED_S * scale.size)
        normal = await _alone(Crowd(asking, "before", patience_s), CLOSED_S * scale.size)
        crowd, before = Crowd(asking, "crowd", patience_s), pss_mib(memory)
        pouring = asyncio.create_task(crowd.pour(max(TIMES * sustainable, LEAST_RATE), OVERLOAD_S * scale.size))
        highest = await _highest(memory, pouring)
        after = await _alone(Crowd(asking, "after", patience_s), AFTER_S * scale.size)
        await crowd.all_heard()
    rates, latency = _rates(sustainable, pouring.result(), crowd), _latency(normal, after, crowd.ended_at)
    return [*rates, *_told(crowd), *_memory(before, highest, len(crowd.answered)), *latency]


def _rates(sustainable: float, offered: float, crowd: Crowd) -> Iterator[Row]:
    kept_up = row(f"answers with {CALLERS} callers", "a second", [sustainable], rate=True)
    yield kept_up
    yield row("asked in the overload", "a second", [offered]).beside(kept_up)
    yield row("of them answered", "a second", [offered * len(crowd.answered) / crowd.put], rate=True).beside(kept_up)


def _told(crowd: Crowd) -> Iterator[Row]:
    yield row("asked in all", "questions", [crowd.put])
    yield row("answered", "questions", [len(crowd.answered)])
    yield row("told at once that it is busy, and how many are ahead", "questions", [len(crowd.busy)])
    yield row("told later why there is no answer", "questions", [crowd.told])
    yield row("neither answered nor told", "questions", [crowd.lost], at_most(0))
    yield row("told later than promised", "questions", [crowd.late], at_most(0))
    if crowd.busy:
        yield row("until told that it is busy", "ms", crowd.busy)


def _memory(before: tuple[float, float], highest: tuple[float, float], answered: int) -> Iterator[Row]:
    """The bus keeps the newest answers; what it takes for those who were told that it is busy is nothing."""
    bus, others = (row(f"PSS of {who} before", "MiB", [mib]) for who, mib in zip(WHO, before, strict=True))
    yield bus
    yield row("PSS of the bus, most in the overload", "MiB", [highest[0]]).beside(bus)
    kept = (highest[0] - before[0]) * KIB_A_MIB / max(answered, 1)
    yield row("what the bus grew by for each answer", "KiB", [kept], at_most(KEPT_KIB))
    yield others
    yield row("PSS of the processes, most in the overload", "MiB", [highest[1]], at_most_times(GROWTH)).beside(others)


def _latency(normal: Sequence[Heard], after: Sequence[Heard], ended_at: float) -> Iterator[Row]:
    usual = row("one asker alone, before", "ms", [heard.took_ms for heard in normal if heard.answered])
    yield usual
    most_ms = BACK * usual.p50
    fast = (one for n, one in enumerate(after) if max(_waited_ms(one), _median(after[n:])) <= most_ms)
    first = next(fast, None)
    if first is None:
        yield row(
            f"looked for one asker alone to have at most {BACK:g} times that again", "s", [after[-1].put_at - ended_at]
        )
        return
    back_s = first.put_at - ended_at
    yield row(f"until one asker alone has at most {BACK:g} times that again", "s", [back_s], at_most(BACK_WITHIN_S))


def _median(heard: Sequence[Heard]) -> float:
    """Of the first few."""
    first = [_waited_ms(one) for one in heard[:TOGETHER]]
    return statistics.median(first) if len(first) == TOGETHER else float("inf")


def _waited_ms(heard: Heard) -> float:
    """Whoever has no answer waits for ever."""
    return heard.took_ms if heard.answered else float("inf")


async def _alone(one: Crowd, for_s: float) -> list[Heard]:
    """What one asker hears who asks again and again."""
    until, heard = time.perf_counter() + for_s, list[Heard]()
    while time.perf_counter() < until or len(heard) < TOGETHER:
        heard.append(await one.ask())
    return heard


async def _highest(memory: Memory, work: asyncio.Task[float]) -> tuple[float, float]:
    """The most memory that was seen while `work` lasts: of the bus, of the processes."""
    seen = [pss_mib(memory)]
    while not work.done():
        await asyncio.wait((work,), timeout=LOOK_EVERY_S)
        seen.append(pss_mib(memory))
    bus, others = zip(*seen, strict=True)
    return max(bus), max(others)


def pss_mib(memory: Memory) -> tuple[float, float]:
    """Proportional set size, in which what processes share counts once: of the bus, and of all others of the set."""
    bus = BusServer.of(memory.config).recorded_pid()
    sizes = {pid: _pss_kib(pid) for pid in everyone_of(memory)}
    own = sizes.pop(bus, 0) if bus is not None else 0
    return own / KIB_A_MIB, sum(sizes.values()) / KIB_A_MIB


def _pss_kib(pid: int) -> int:
    with suppress(OSError):  # it has left meanwhile
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return 0
