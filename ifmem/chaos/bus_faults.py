"""Harm to what is on the bus: emptied, full, flooded with questions."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time

from ifmem.chaos.archived import digests
from ifmem.chaos.scene import Injected, Scene
from ifmem.stores.hand_off import MOST_WAITING

FULL_S = 2.0
FLOOD = MOST_WAITING + 500
FLOOD_PATIENCE_S = 40.0
SETTLE_S = 0.1  # for what askers have received to be noted


async def empty(scene: Scene, name: str) -> Injected:
    """The server dies and its append-only file is gone: what is left is in the archive.

    An answer that the archivist had not read yet is lost with the bus; those are noted, so that no other is excused.
    """
    pid = scene.bus_pid()
    scene.signal(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(SETTLE_S)
        scene.excused |= _received(scene) - digests(scene.memory.config.archive).keys()
        shutil.rmtree(scene.server.folder, ignore_errors=True)
    finally:
        injected = Injected("", name, time.time())
        scene.signal(pid, signal.SIGKILL)
    injected.healed_at = time.monotonic()
    return injected


async def fill(scene: Scene, name: str) -> Injected:
    """No room for another byte: `maxmemory` far below what is in use."""
    injected = Injected("", name, time.time())
    await scene.bus.call("CONFIG", "SET", "maxmemory", "1")
    try:
        await asyncio.sleep(FULL_S)
    finally:
        await scene.bus.call("CONFIG", "SET", "maxmemory", "0")
    injected.healed_at = time.monotonic()
    return injected


async def flood(scene: Scene, name: str) -> Injected:
    """More questions at once than the queue takes. Healed when the last of them has been put."""
    injected = Injected("", name, time.time())
    await scene.clients.flood(FLOOD, FLOOD_PATIENCE_S)
    injected.healed_at = time.monotonic()
    return injected


def _received(scene: Scene) -> set[str]:
    """What askers have, and what nobody waits for and would put again."""
    return {asked.id for asked in scene.clients.asked if asked.digest or asked.left}
