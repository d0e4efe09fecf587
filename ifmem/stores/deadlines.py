"""Deadlines that outlast a clock that is set: on one machine they are kept by its monotonic clock, between machines by the wall's."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from ifmem.core.queries import Query

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NOT_SET_S = 0.01  # two readings of both clocks differ by less, unless one of these was set


@cache
def this_boot() -> str:
    """What distinguishes this machine, since it was started, from every other; empty where the system does not tell."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def stamped(query: Query) -> Query:
    """The question as it is put: with its deadline by this machine's monotonic clock too."""
    if not query.deadline or query.boot or not this_boot():
        return query
    return replace(query, boot=this_boot(), due=time.monotonic() + query.deadline - time.time())


def as_of_now(query: Query) -> Query:
    """The question as it is claimed: its deadline by the wall clock as that stands now, if it was put on this machine."""
    if not query.boot or query.boot != this_boot():
        return query
    deadline = time.time() + query.due - time.monotonic()
    return query if abs(deadline - query.deadline) < NOT_SET_S else replace(query, deadline=deadline)
