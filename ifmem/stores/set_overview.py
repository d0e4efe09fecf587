"""One reading of a set for `status`: who is announced, what they last said, and how much waits."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from ifmem.core.beat import Beat
from ifmem.core.keys import Keys, worker_id
from ifmem.core.status import ProcessStatus
from ifmem.stores.bus import Bus
from ifmem.stores.door import Door, number

TIME = re.compile(r"\d{1,12}(\.\d{1,9})?")


@dataclass(frozen=True)
class Overview:
    """One reading of everything `status` needs."""

    info: dict[str, str]
    alive: bool
    processes: tuple[ProcessStatus, ...]
    beats: dict[str, tuple[float, Beat]]  # by name: seconds since the beat, the beat
    queues: dict[str, int]  # by label: waiting
    findings: int
    asks_today: int
    dead: int
    context_active: int
    ping_ms: float


async def take_overview(bus: Bus, keys: Keys) -> Overview:
    """Two exchanges with the bus, of which the first is timed as the ping."""
    started = time.perf_counter()
    today, door = time.strftime("asks:%Y-%m-%d", time.gmtime()), Door(bus, keys)
    info, alive, listed, findings, asks, dead, active = await bus.send(
        ("HGETALL", keys.set_info),
        ("EXISTS", keys.set_alive),
        ("HGETALL", keys.set_processes),
        ("LLEN", keys.findings),
        ("HGET", keys.set_counts, today),
        ("LLEN", keys.queue_dead),
        ("GET", keys.context_active),
    )
    ping_ms = (time.perf_counter() - started) * 1000
    processes = tuple(await door.let_in(ProcessStatus, listed.values()))
    labels = [f"shard:{p.number}" if p.number else p.name for p in processes]
    beats, lengths = await _details(bus, keys, door, processes, labels)
    return Overview(
        info=info,
        alive=bool(alive),
        processes=processes,
        beats=beats,
        queues=dict(zip(labels, lengths, strict=True)),
        findings=int(findings),
        asks_today=number(asks),
        dead=int(dead),
        context_active=number(active),
        ping_ms=ping_ms,
    )


async def _details(
    bus: Bus, keys: Keys, door: Door, processes: tuple[ProcessStatus, ...], labels: list[str]
) -> tuple[dict[str, tuple[float, Beat]], list[int]]:
    if not processes:
        return {}, []
    workers = [worker_id(p.name, p.incarnation) for p in processes]
    replies = await bus.send(
        *(("GET", keys.worker_status(worker)) for worker in workers),
        *(("HGET", keys.worker_info(worker), "beat") for worker in workers),
        *(("LLEN", keys.queue(label)) for label in labels),
    )
    count, now, beats = len(processes), time.time(), {}
    told = await door.each(Beat, replies[count : 2 * count])
    for process, at, beat in zip(processes, replies[:count], told, strict=True):
        if at and beat and TIME.fullmatch(at):
            beats[process.name] = (max(0.0, now - float(at)), beat)
    return beats, [int(n) for n in replies[2 * count :]]
