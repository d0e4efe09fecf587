"""Harm to what is on the bus: emptied, full, flooded with questions."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time

from ifmem.chaos.archived import digests, questions
from ifmem.chaos.scene import Injected, Scene
from ifmem.stores.inquiries import MOST_WAITING

FULL_S = 2.0
FLOOD = MOST_WAITING + 500
FLOOD_PATIENCE_S = 40.0
SETTLE_S = 0.1  # for what askers have received to be noted


async def empty(scene: Scene, name: str) -> Injected:
    """The server dies and its append-only file is gone: what is left is in the archive.

    What the archivist had not read yet, within its last moments, is lost with the bus: answers, and questions whose askers went away. Those
    are noted, so that nothing else is excused.
    """
    pid = scene.bus_pid()
    scene.signal(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(SETTLE_S)
        scene.excused |= _on_bus_alone(scene)
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


def _on_bus_alone(scene: Scene) -> set[str]:
    """Questions whose answer, or which themselves, are not in the archive. Whoever waits for an answer puts the question again."""
    archive, asked = scene.memory.config.archive, scene.clients.asked
    answers = {one.id for one in asked if one.digest} - digests(archive).keys()
    return answers | ({one.id for one in asked if one.left and not one.digest} - questions(archive))
