"""A set of three processes, announced on a bus."""

from __future__ import annotations

from ifmem.core.beat import Beat
from ifmem.core.keys import Keys
from ifmem.core.status import ProcessStatus
from ifmem.stores.bus import Bus
from ifmem.stores.registry import Registry

KEYS = Keys("test")
DOCS = ProcessStatus(2, "docs", "ready", incarnation=3, tokens=100, capacity=1_000)
CODE = ProcessStatus(3, "code", "restarting", incarnation=1, tokens=50, capacity=1_000)
COORDINATOR = ProcessStatus(0, "coordinator", "ready", incarnation=1)
BEAT = Beat("docs", 3, "busy", 1.0, 7, "host", in_flight=2)


async def announced(bus: Bus) -> Registry:
    registry = Registry(bus, KEYS)
    processes = {process.name: process for process in (DOCS, CODE, COORDINATOR)}
    await registry.announce({"state": "ready"}, processes, {"docs": 3, "code": 1})
    return registry
