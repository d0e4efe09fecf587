from __future__ import annotations

from stores.conftest import OnBus

from ifmem.core.keys import Keys
from ifmem.core.lifecycle import FAILED, READY, WAITING
from ifmem.core.status import ProcessStatus
from ifmem.processes.service import HOST_WITHIN_S, Service
from ifmem.stores.bus import Bus
from ifmem.stores.registry import Registry


class Watched:
    """A service whose clock is the test's, over what a supervisor announces of `docs`."""

    def __init__(self, bus: Bus) -> None:
        self.registry = Registry(bus, Keys("mine"))
        self.now = 0.0
        self.fell_out: list[tuple[str, str]] = []
        self.service = Service(self.registry, lambda *told: self.fell_out.append(told), lambda: self.now)

    async def see(self, state: str, after_s: float = 0.0) -> dict[str, str]:
        self.now += after_s
        await self.registry.announce({"state": READY}, {"docs": ProcessStatus(2, "docs", state, f"is {state}")}, {})
        await self.service.look()
        return dict(self.service.out)


def test_a_shard_that_was_given_up_is_out_of_service_until_it_is_mended(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> tuple[list[dict[str, str]], list[tuple[str, str]]]:
        watched = Watched(bus)
        return [await watched.see(state) for state in (READY, FAILED, FAILED, READY)], watched.fell_out

    out = {"docs": "is failed"}
    assert on_bus(work) == ([{}, out, out, {}], [("docs", "is failed")])


def test_a_shard_that_waits_for_a_host_is_given_a_moment(on_bus: OnBus) -> None:
    async def work(bus: Bus) -> list[dict[str, str]]:
        watched = Watched(bus)
        pauses = (0.0, HOST_WITHIN_S / 2, HOST_WITHIN_S / 2)
        return [await watched.see(WAITING, pause) for pause in pauses]

    assert on_bus(work) == [{}, {}, {"docs": "is waiting"}]
