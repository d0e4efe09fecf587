from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from ifmem.core.keys import Keys
from ifmem.processes.coordinator import Coordinator
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import HandOff, Seat

MOMENTS = 5


def test_a_coordinator_with_nothing_to_do_and_no_bus_goes_on_beating(tmp_path: Path) -> None:
    """A socket that is not there refuses at once, without a moment for anything else: trying again at once would be all it does."""

    async def moments() -> int:
        coordinator = Coordinator.__new__(Coordinator)
        coordinator.bus = Bus(f"unix://{tmp_path / 'none.sock'}")
        coordinator.hand_off = HandOff(coordinator.bus, Keys(""))
        coordinator.seat, coordinator.open = Seat("coordinator", 1, "coordinator"), {}
        collecting = asyncio.create_task(coordinator._collect())
        for _ in range(MOMENTS):
            await asyncio.sleep(0.01)
        collecting.cancel()
        with suppress(asyncio.CancelledError):
            await collecting
        await coordinator.bus.close()
        return MOMENTS

    assert asyncio.run(moments()) == MOMENTS
