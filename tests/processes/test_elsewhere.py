"""What a home makes of what the hosts of its remote shards say, and of their silence, by a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from stores.conftest import OnBus

from ifmem.config.loading import load
from ifmem.core.hosting import Presence
from ifmem.core.keys import BEAT_TTL_S, Keys
from ifmem.core.lifecycle import LOST, READY, WAITING
from ifmem.core.status import ProcessStatus
from ifmem.processes.announcing import Announcer
from ifmem.processes.elsewhere import Distant, Elsewhere
from ifmem.processes.inheritance import Inheritance
from ifmem.stores.bus import Bus
from ifmem.stores.hosting import Hosting

KEYS = Keys("mine")
DOCS = ProcessStatus(2, "docs", READY, incarnation=4)


class Home:
    """A home that looks when the test says so, a tenth of a second after it looked last or after a longer `pause`."""

    def __init__(self, bus: Bus, folder: Path) -> None:
        config = load(folder, env={}, options={"lost_after_s": 3.0})
        self.docs = Distant("shard", "docs", 2)
        self.announcer = Announcer(config, bus, KEYS, {}, {"docs": self.docs})
        inheritance, hosting = Inheritance(bus, KEYS), Hosting(bus, KEYS)
        self.elsewhere = Elsewhere(config, {"docs": self.docs}, self.announcer, inheritance, hosting, self._go)
        self.at = 0.0
        self.begun: list[asyncio.Task[Any]] = []

    def _go(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self.begun.append(asyncio.create_task(work, name=name))

    async def hear(self, said: ProcessStatus) -> None:
        self.at += 0.1
        self.elsewhere._look({"docs": Presence("there:/a", f"{self.at:.1f}", said)}, self.at)
        await asyncio.gather(*self.begun)

    async def hear_nothing(self, for_s: float, pause_s: float = 0.5) -> None:
        until = self.at + for_s
        while self.at < until:
            self.at += pause_s
            self.elsewhere._look({}, self.at)
        await asyncio.gather(*self.begun)


def test_a_shard_that_stays_lost_waits_for_another_host_once_its_place_is_free(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> tuple[str, str, str]:
        home = Home(bus, tmp_path)
        await home.hear(DOCS)
        await home.hear_nothing(4.0)
        lost = home.docs.state
        await home.hear_nothing(BEAT_TTL_S)
        return lost, home.docs.state, home.docs.reason

    assert on_bus(work) == (LOST, WAITING, "waiting for a host: there:/a has not been heard again")


def test_a_host_is_lost_also_over_a_bus_that_takes_long_to_say_so(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> str:
        home = Home(bus, tmp_path)
        await home.hear(DOCS)
        await home.hear_nothing(60.0, pause_s=1.5)
        return home.docs.state

    assert on_bus(work) == LOST


def test_nobody_is_silent_because_home_stood_still(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> str:
        home = Home(bus, tmp_path)
        await home.hear(DOCS)
        await home.hear_nothing(60.0, pause_s=60.0)
        return home.docs.state

    assert on_bus(work) == READY


def test_a_host_that_comes_back_late_serves_again(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> tuple[str, int]:
        home = Home(bus, tmp_path)
        await home.hear(DOCS)
        await home.hear_nothing(4.0 + BEAT_TTL_S)
        await home.hear(replace(DOCS, incarnation=home.docs.counts_from + 1))
        return home.docs.state, home.docs.incarnation

    assert on_bus(work) == (READY, 6)


def test_a_host_that_was_given_up_hears_so_from_a_bus_that_had_lost_it(on_bus: OnBus, tmp_path: Path) -> None:
    async def work(bus: Bus) -> tuple[str, dict[str, int]]:
        home = Home(bus, tmp_path)
        await home.hear(DOCS)
        await home.hear_nothing(4.0)
        await bus.call("FLUSHALL")
        await home.hear(DOCS)
        return home.docs.state, await home.announcer.registry.incarnations()

    assert on_bus(work) == (LOST, {"docs": 5})
