"""Which shards nobody waits for: the only ones whose pages may be written anew."""

from __future__ import annotations

from collections.abc import Collection

from ifmem.core.lifecycle import SERVING
from ifmem.stores.set_overview import Overview

COORDINATOR = "coordinator"


def at_rest(overview: Overview, names: Collection[str]) -> dict[str, bool]:
    """The shards among `names` that could answer and have no question, neither waiting nor in flight, each with whether a vendor's
    cache holds pages of it; none while questions wait that may be for any. One whose beat is not there may be at work."""
    if overview.queues.get(COORDINATOR):
        return {}
    resting = {}
    for process in overview.processes:
        _, beat = overview.beats.get(process.name, (0.0, None))
        could = process.name in names and process.state in SERVING
        if could and beat is not None and not beat.in_flight and not overview.queues.get(f"shard:{process.number}"):
            resting[process.name] = beat.warm > 0
    return resting
