"""What the doctor looks at in a set that runs, or should not run: the bus, its clock, what it remembers, and who was left behind."""

from __future__ import annotations

import platform
import sqlite3
import time

from ifmem import __version__
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.answers import Answer
from ifmem.core.checkup import NOTE, OK, SKIPPED, WRONG, Check, state_digest
from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, Keys
from ifmem.core.status import Status
from ifmem.processes.archivist import RESTORED, RESTORED_ANSWERS
from ifmem.processes.process_table import holding
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer
from ifmem.stores.journal import Journal
from ifmem.stores.lock import is_locked
from ifmem.stores.strange_keys import REFUSED

CLOCKS_AGREE_S = 2.0
EXPIRING_S = 3_600  # of the day that records stay on the bus
STOPPED = "nothing runs here"


def bus(config: Config, status: Status) -> Check:
    kind = "embedded" if not config.redis_url else "yours"
    if status.state == lifecycle.STOPPED:
        return Check("bus", SKIPPED if not status.reason else WRONG, STOPPED, status.reason, status.fix)
    if status.state == lifecycle.UNREACHABLE:
        return Check("bus", WRONG, "it does not answer", status.reason, status.fix)
    if status.state == lifecycle.HUNG:
        return Check("bus", WRONG, "nobody looks after it", status.reason, status.fix)
    if unfit := [p for p in (*status.shards, *status.processes) if p.state not in lifecycle.SERVING]:
        told = ", ".join(f"{p.name} {p.state}" for p in unfit)
        return Check("bus", WRONG, told, unfit[0].reason, unfit[0].fix or "ifmem status")
    return Check("bus", OK, f"{kind}, {status.bus.get('ms', 0.0):.1f} ms, {len(status.shards)} shards ready")


async def clock(line: Bus) -> Check:
    before = time.time()
    seconds, microseconds = await line.call("TIME")
    off_s = int(seconds) + int(microseconds) / 1e6 - (before + time.time()) / 2
    if abs(off_s) <= CLOCKS_AGREE_S:
        return Check("clock", OK, f"{abs(off_s) * 1000:.0f} ms from the clock of the bus")
    means = "deadlines and ages are wrong by that much between machines"
    return Check("clock", WRONG, f"{off_s:+.1f} s: the bus has another time", means, "Let both machines set it by NTP")


async def refused(line: Bus, keys: Keys) -> Check:
    counted = await line.call("HGET", keys.set_counts, REFUSED) or "0"
    count = int(counted) if counted.isdecimal() else 1  # the count itself was tampered with
    if not count:
        return Check("messages", OK, "none was refused")
    means = "somebody else writes on this bus, or another version of ifmem does"
    return Check("messages", NOTE, f"{count:,} were refused: no message of ours", means, "ifmem logs")


async def memory(config: Config, line: Bus, keys: Keys) -> Check:
    """Whether the bus has what the archive has of the last day."""
    since = time.time() - DAY_S + EXPIRING_S
    with Archive.reading(config.archive) as archive:
        findings = archive.findings(RESTORED, since=since) if archive else []
        answers = [one for one in archive.answers(RESTORED_ANSWERS) if one.asked_at >= since] if archive else []
    there = await Journal(line, keys).kept([one.id for one in findings], [one.id for one in answers])
    here: list[Finding | Answer] = [*findings, *answers]
    digests = f"digest {state_digest(here)}"
    if state_digest(here) == state_digest(there):
        return Check("memory", OK, f"{len(here)} records of the last day, the same on bus and archive; {digests}")
    means = f"{len(here)} in the archive, {len(there)} of them on the bus, or not alike"
    return Check("memory", WRONG, f"{digests}, on the bus {state_digest(there)}", means, "ifmem restart archivist")


def versions(status: Status) -> Check:
    ours = f"ifmem {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if status.version and status.version != __version__:
        return Check("versions", WRONG, ours, f"ifmem {status.version} is running", "ifmem down, then: ifmem up")
    return Check("versions", OK, ours)


def orphans(config: Config) -> Check:
    """Processes of an earlier run that nobody looks after any more."""
    if is_locked(config.home):
        return Check("orphans", OK, "none: the supervisor is there")
    if left := holding(config.home, "ifmem", str(BusServer.of(config).config_file)):
        fix = f"ifmem down    If they stay: kill {' '.join(str(pid) for pid, _ in left)}"
        told = "; ".join(f"{pid} {line}" for pid, line in left)
        return Check("orphans", WRONG, told, "they outlived their supervisor", fix)
    return Check("orphans", OK, "none")
