"""Harm to what lies below: the disk is full, the archive is locked, the clock jumps."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time

from ifmem.chaos.scene import Injected, Scene

FULL_S = 2.0
LOCKED_S = 7.0  # longer than the archivist waits for a lock before it says that the archive is busy
STEP_S = 3600.0
STEPPED_S = 1.0


async def fill_disk(scene: Scene, name: str) -> Injected:
    """Every write that needs more room gets ENOSPC."""
    injected = Injected("", name, time.time())
    scene.disk.fill()
    try:
        await asyncio.sleep(FULL_S)
    finally:
        scene.disk.free()
    injected.healed_at = time.monotonic()
    return injected


async def lock_archive(scene: Scene, name: str) -> Injected:
    """Another connection holds the archive for itself."""
    injected = Injected("", name, time.time())
    with contextlib.closing(sqlite3.connect(scene.memory.config.archive, timeout=5.0)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await asyncio.sleep(LOCKED_S)
        other.rollback()
    injected.healed_at = time.monotonic()
    return injected


async def step_forward(scene: Scene, name: str) -> Injected:
    """The clock jumps an hour ahead, and back a moment later."""
    return await _step(scene, name, STEP_S)


async def step_back(scene: Scene, name: str) -> Injected:
    """The clock jumps an hour back, and ahead a moment later."""
    return await _step(scene, name, -STEP_S)


async def _step(scene: Scene, name: str, seconds: float) -> Injected:
    injected = Injected("", name, time.time())
    scene.clock.step(seconds)
    try:
        await asyncio.sleep(STEPPED_S)
    finally:
        scene.clock.step(0.0)
    injected.healed_at = time.monotonic()
    return injected
