"""Whether the bus answers at all: a server that stands still does as much harm as one that is gone, and no signal tells of it."""

from __future__ import annotations

import asyncio

from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusFull, BusLoading

LOOKS = 3  # in a row without an answer; each may take its share of the time


async def until_silent(bus: Bus, for_s: float) -> None:
    """Return once the server has answered nothing for `for_s` seconds, or up to a third longer.

    Looks are counted and not the clock's seconds: whoever looks may have been stopped itself, and that is one look at most.
    """
    look_s, unanswered = for_s / LOOKS, 0
    while unanswered < LOOKS:
        answered, _ = await asyncio.gather(_answers(bus, look_s), asyncio.sleep(look_s))
        unanswered = 0 if answered else unanswered + 1


async def _answers(bus: Bus, within_s: float) -> bool:
    """A server that is full or still loading answers. One that nobody can talk to, for whatever reason, is of no use."""
    try:
        async with asyncio.timeout(within_s):
            await bus.call("PING")
    except (BusFull, BusLoading):
        return True
    except (IfmemError, TimeoutError):
        return False
    return True
