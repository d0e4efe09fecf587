"""Harm to the network between the bus and a shard that another machine serves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from ifmem.chaos.scene import THERE_WITHIN_S, Injected, Scene, until
from ifmem.core.lifecycle import LOST, SERVING
from ifmem.core.status import ProcessStatus

LOST_WITHIN_S = 10.0
STAYS_CUT_S = 1.0  # after the shard was given up: questions for it pile up
BACK_WITHIN_S = 30.0


async def cut(scene: Scene, name: str) -> Injected:
    """No packet gets through, for longer than it takes until the shard is given up; then all is as before. Ready again: since then."""
    before = await until(_found(scene, name, _serves), THERE_WITHIN_S, f"{name} does not serve")
    injected = Injected("", name, time.time(), ((name, before.incarnation),))
    started = time.monotonic()
    scene.wire.cut()
    try:
        await until(_found(scene, name, _is_lost), LOST_WITHIN_S, f"{name} is cut off and nobody says so")
        injected.noticed_ms = (time.monotonic() - started) * 1000
        await asyncio.sleep(STAYS_CUT_S)
    finally:
        scene.wire.heal()
    injected.healed_at = time.monotonic()

    def returned(one: ProcessStatus) -> bool:
        return _serves(one) and one.incarnation > before.incarnation

    await until(_found(scene, name, returned), BACK_WITHIN_S, f"{name} does not come back")
    injected.ready_ms = (time.monotonic() - injected.healed_at) * 1000
    return injected


def _serves(one: ProcessStatus) -> bool:
    return one.state in SERVING


def _is_lost(one: ProcessStatus) -> bool:
    return one.state == LOST


def _found(
    scene: Scene, name: str, wanted: Callable[[ProcessStatus], bool]
) -> Callable[[], Awaitable[ProcessStatus | None]]:
    async def look() -> ProcessStatus | None:
        return next((one for one in await scene.processes() if one.name == name and wanted(one)), None)

    return look
