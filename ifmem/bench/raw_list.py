"""The baseline of the hand-off: a reliable list and nothing else, over the same client and server. Also the process that echoes.

A body is pushed, moved into a list of what the worker has claimed, echoed, and then removed from the claims. No fencing, no attempts, no
record.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time

from ifmem.bench.pings import PATIENCE_S
from ifmem.errors import IfmemError
from ifmem.stores.bus import BLOCK_S, Bus

NUMBERS = itertools.count()


async def ask(bus: Bus, queue: str, body: str) -> str:
    """Push `body` and wait for its echo."""
    reply = f"raw-reply-{next(NUMBERS)}"
    _, echoed = await bus.send(("RPUSH", queue, f"{reply} {body}"), ("BLPOP", reply, BLOCK_S))
    until = time.monotonic() + PATIENCE_S
    while echoed is None and time.monotonic() < until:  # the process that echoes takes long to start
        echoed = await bus.call("BLPOP", reply, BLOCK_S)
    if echoed is None:
        raise IfmemError(f"no echo from {queue} within {PATIENCE_S:.0f} s.")
    return str(echoed[1])


async def echo(url: str, queue: str) -> None:
    """Echo what comes to `queue`, for ever."""
    bus, claims = Bus(url), f"{queue}-claims"
    while True:
        claimed = await bus.call("BLMOVE", queue, claims, "LEFT", "RIGHT", BLOCK_S)
        if claimed:
            reply, _, body = claimed.partition(" ")
            await bus.send(("RPUSH", reply, body), ("LREM", claims, 1, claimed))


if __name__ == "__main__":
    asyncio.run(echo(*sys.argv[1:3]))
