"""Harm to processes: killed, stopped until they are replaced, stopped for a moment only."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

from ifmem.chaos.scene import BUS, SPAWNER, SUPERVISOR, Injected, Scene, until
from ifmem.client import Memory
from ifmem.core.lifecycle import HUNG
from ifmem.processes.process_table import is_running
from ifmem.processes.standstill import HUNG_AFTER_S
from ifmem.stores.lock import is_locked

UP_WITHIN_S = 60.0
REPLACED_WITHIN_S = 30.0
PAUSE_SHARE = 0.3  # of the time after which a silent process counts as lost


async def kill(scene: Scene, name: str) -> Injected:
    """SIGKILL of a process in a supervisor's charge."""
    victim = await scene.victim(name)
    injected = Injected("", name, time.time(), ((name, victim.incarnation),))
    scene.signal(victim.pid or 0, signal.SIGKILL)
    return injected


async def kill_spawner(scene: Scene, name: str) -> Injected:
    injected = Injected("", name, time.time(), await scene.everyone(), everyone=True)
    pid = scene.spawner()
    injected.at = time.time()
    scene.signal(pid, signal.SIGKILL)
    return injected


async def kill_bus(scene: Scene, name: str) -> Injected:
    pid = scene.bus_pid()
    injected = Injected("", name, time.time())
    scene.signal(pid, signal.SIGKILL)
    return injected


async def kill_supervisor(scene: Scene, name: str) -> Injected:
    """Nobody in the set can start it again: `ifmem up` is typed, as a service manager would, once its lock is free."""
    injected = Injected("", name, time.time(), await scene.everyone(), everyone=True)
    started = time.monotonic()
    injected.at = time.time()
    scene.signal(scene.supervisor(), signal.SIGKILL)
    await until(_unlocked(scene), UP_WITHIN_S, "the supervisor's lock is not free")
    injected.noticed_ms = (time.monotonic() - started) * 1000
    await asyncio.to_thread(_up, scene)
    injected.ready_ms = (time.monotonic() - started) * 1000
    return injected


async def stop(scene: Scene, name: str) -> Injected:
    """SIGSTOP, until somebody replaces it. One that nobody replaces is woken again, and that is a failure."""
    if name == SPAWNER:
        injected = Injected("", name, time.time(), await scene.everyone(), everyone=True)
        pid = scene.spawner()
    else:
        victim = await scene.victim(name)
        pid = victim.pid or 0
        injected = Injected("", name, time.time(), ((name, victim.incarnation),))
    injected.at = time.time()
    await _stand_still(scene, injected, pid)
    return injected


async def _stand_still(scene: Scene, injected: Injected, pid: int) -> None:
    scene.signal(pid, signal.SIGSTOP)
    end = time.monotonic() + REPLACED_WITHIN_S
    while is_running(pid, "ifmem"):
        if time.monotonic() > end:
            scene.signal(pid, signal.SIGCONT)
            injected.failed = f"{injected.target} stood still for {REPLACED_WITHIN_S:.0f} s and was not replaced"
            return
        await asyncio.sleep(0.02)


async def pause(scene: Scene, name: str) -> Injected:
    """SIGSTOP for a moment that is too short for anyone to be taken for lost."""
    own = name in (SUPERVISOR, SPAWNER, BUS)
    pid = scene.pid_of(name) if own else (await scene.victim(name)).pid or 0
    return await _silence(scene, name, pid, scene.memory.config.lost_after_s * PAUSE_SHARE)


async def pause_supervisor(scene: Scene, name: str) -> Injected:
    """SIGSTOP for longer than after which it would take others for lost: nobody may be, when it comes back."""
    return await _silence(scene, name, scene.supervisor(), scene.memory.config.lost_after_s * 1.5)


async def bar_bus(scene: Scene, name: str) -> Injected:
    """Nobody reaches the bus for a while: it dies, and as long as something else is in its socket's place no other can start."""
    pid, socket = scene.bus_pid(), scene.server.socket
    injected = Injected("", name, time.time())
    scene.signal(pid, signal.SIGSTOP)  # it does not answer, and whoever comes next cannot either
    socket.unlink(missing_ok=True)
    socket.mkdir()
    try:
        scene.signal(pid, signal.SIGKILL)
        await asyncio.sleep(scene.outage_s)
    finally:
        socket.rmdir()
    injected.healed_at = time.monotonic()
    return injected


async def hang_bus(scene: Scene, name: str) -> Injected:
    """SIGSTOP of the bus, until it is replaced."""
    pid = scene.bus_pid()
    injected = Injected("", name, time.time())
    await _stand_still(scene, injected, pid)
    return injected


async def hang_supervisor(scene: Scene, name: str) -> Injected:
    """SIGSTOP for good: the set goes on answering, `status` tells of it, and `ifmem up` puts another in its place."""
    injected = Injected("", name, time.time(), await scene.everyone(), everyone=True)
    started, pid = time.monotonic(), scene.supervisor()
    scene.signal(pid, signal.SIGSTOP)
    try:
        await until(_told_hung(scene), HUNG_AFTER_S * 2, "nobody tells that the supervisor stands still")
        injected.noticed_ms = (time.monotonic() - started) * 1000
        injected.at = time.time()
        await asyncio.to_thread(_up, scene)
        injected.ready_ms = (time.monotonic() - started) * 1000
    finally:
        scene.signal(pid, signal.SIGCONT)
    return injected


async def _silence(scene: Scene, name: str, pid: int, for_s: float) -> Injected:
    injected = Injected("", name, time.time())
    scene.signal(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(for_s)
    finally:
        scene.signal(pid, signal.SIGCONT)
    injected.healed_at = time.monotonic()
    return injected


def _unlocked(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return not is_locked(scene.memory.config.home)

    return look


def _told_hung(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await scene.status()).state == HUNG

    return look


def _up(scene: Scene) -> None:
    with Memory(scene.memory.config.folder) as memory:
        memory.up(timeout=UP_WITHIN_S)
