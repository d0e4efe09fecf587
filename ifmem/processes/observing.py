"""How things are: the supervisor's view, the processes' own beats and the queues, in one document."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from dataclasses import replace
from pathlib import Path

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.addresses import masked
from ifmem.core.beat import Beat
from ifmem.core.budget import NANO, Limits
from ifmem.core.keys import Keys
from ifmem.core.protocol import same_protocol
from ifmem.core.status import ProcessStatus, Status
from ifmem.core.worker_names import is_worker
from ifmem.errors import IfmemError
from ifmem.processes.standstill import REPLACE, standstill
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.ledger import Ledger
from ifmem.stores.lock import is_locked, read_state
from ifmem.stores.set_overview import TIME, Overview, take_overview


async def observe(config: Config, bus: Bus) -> Status:
    """Never raises for a set that does not run: its state is `stopped` then, or `unreachable`."""
    status = await _observe(config, bus)
    found = standstill(config) if status.state not in (lifecycle.STOPPED, lifecycle.STOPPING) else None
    if found is None:
        return status
    reason = "; ".join(filter(None, (found.reason, status.reason)))
    return replace(status, state=lifecycle.HUNG, reason=reason, fix=REPLACE)


async def _observe(config: Config, bus: Bus) -> Status:
    said = read_state(config.home)
    # A lock on what serves another machine's set says nothing of that set.
    locked = is_locked(config.home) and not said.get("serves")
    if not locked and not config.redis_url:
        return _stopped(config, said)
    try:
        overview = await take_overview(bus, Keys(config.namespace))
        standing = await Ledger(bus, Keys(config.namespace)).standing()
    except BusLost as error:
        return _without_bus(config, said, error, masked(bus.url), locked)
    if not locked and not (overview.alive and _may_run(overview.info)):
        return _stopped(config, said)
    if locked and not lives(said.get("pid")):
        # Its spawner is cleaning up behind it.
        return replace(_unannounced(config, said, bus), state=lifecycle.STOPPING)
    if locked and overview.info.get("pid") != str(said.get("pid")):
        return _unannounced(config, said, bus)
    same_protocol(overview.info)
    processes = [_merged(process, overview) for process in overview.processes]
    states = [process.state for process in processes if not is_worker(process.name)]  # those come and go
    announced = str((said if locked else overview.info).get("state", lifecycle.STARTING))  # the file is never behind
    return Status(
        state=lifecycle.state_of_set(states) if announced == lifecycle.READY else announced,
        folder=overview.info.get("folder", str(config.folder)),
        since=_since(overview.info.get("since", "")),
        bus={"url": masked(bus.url), "ms": round(overview.ping_ms, 3), "embedded": not config.redis_url},
        shards=tuple(sorted((p for p in processes if p.number), key=lambda p: p.number)),
        processes=tuple(sorted((p for p in processes if not p.number), key=lambda p: p.name)),
        findings=overview.findings,
        asks_today=overview.asks_today,
        spent_today_usd=standing.day / NANO,
        budget=standing.to_status(Limits.set_in(config)),
        dead=overview.dead,
        context_active=overview.context_active,
        version=overview.info.get("version", ""),
    )


def _since(text: str) -> float | None:
    return float(text) if TIME.fullmatch(text) else None


def lives(pid: object) -> bool:
    """Whether a process is alive; one that only waits for its parent to take note of its end is not."""
    try:
        os.kill(int(str(pid)), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):  # not Linux, or gone meanwhile
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    return True


def _may_run(info: dict[str, str]) -> bool:
    """Whether the supervisor of a shared bus can be alive: its sign of life there outlives it by some seconds."""
    if info.get("host") != socket.gethostname() or "pid" not in info:
        return True
    from ifmem.processes.process_table import is_running

    return info["pid"].isdecimal() and is_running(int(info["pid"]), "ifmem")


def _merged(process: ProcessStatus, overview: Overview) -> ProcessStatus:
    label = f"shard:{process.number}" if process.number else process.name
    process = replace(
        process, queue=overview.queues.get(label, 0), uptime_s=round(max(0.0, time.time() - process.since), 3)
    )
    if process.name not in overview.beats or process.state not in (*lifecycle.SERVING, lifecycle.LOADING):
        return process
    age, beat = overview.beats[process.name]
    return replace(
        process,
        state=beat.state if process.state in lifecycle.SERVING and beat.state in lifecycle.SERVING else process.state,
        host=beat.host,
        in_flight=beat.in_flight,
        warm=beat.warm,
        freshness=_freshness(process, beat, overview),
        answered=beat.answered,
        last_beat_s=round(age, 3),
        p50_ms=beat.p50_ms,
        busy_s=beat.oldest_s,
        quota=beat.quota,
    )


def _freshness(process: ProcessStatus, beat: Beat, overview: Overview) -> str:
    """How a shard's text stands to its sources, as far as the watcher has said."""
    watching = overview.beats.get("watcher")
    if not process.number or watching is None:
        return ""
    _, said = watching
    if process.name in said.context.split(", "):
        return "refreshing"
    if said.detail:
        return "sources out of sight"
    return f"{beat.changes} {'change' if beat.changes == 1 else 'changes'} applied" if beat.changes else "fresh"


def _stopped(config: Config, said: dict[str, object]) -> Status:
    """Nothing runs. If the last supervisor failed, its reason is worth more than the fact."""
    error = said.get("error") if said.get("state") == lifecycle.FAILED else None
    known = IfmemError.from_dict(error) if isinstance(error, dict) else None
    return Status(
        state=lifecycle.STOPPED,
        folder=str(config.folder),
        reason=f"{known.what} {known.why}".strip() if known else "",
        fix=known.fix if known else "ifmem up",
    )


def _unannounced(config: Config, said: dict[str, object], bus: Bus) -> Status:
    """A supervisor that has not told the bus anything yet: what stands there is of an earlier one."""
    return Status(
        state=str(said.get("state", lifecycle.STARTING)),
        folder=str(config.folder),
        bus={"url": masked(bus.url), "embedded": not config.redis_url},
    )


def _without_bus(config: Config, said: dict[str, object], error: BusLost, url: str, locked: bool) -> Status:
    state = str(said.get("state", lifecycle.STARTING)) if locked else lifecycle.UNREACHABLE
    return Status(
        state=state if state in (lifecycle.STARTING, lifecycle.STOPPING) else lifecycle.UNREACHABLE,
        folder=str(config.folder),
        bus={"url": url, "embedded": not config.redis_url},
        reason=f"{error.what} {error.why}",
        fix=error.fix,
    )
