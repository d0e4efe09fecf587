"""One run: a private set, clients that ask it, faults that happen to it, and the judgement. Runs in a process of its own
(`chaos.inside`), which has a disk and a clock that nobody else has.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ifmem.chaos import judging, measures
from ifmem.chaos.archived import digests, events
from ifmem.chaos.clients import Clients
from ifmem.chaos.clock import SteppedClock
from ifmem.chaos.disk import Disk
from ifmem.chaos.faults import Fault, of_kind, possible
from ifmem.chaos.ghosts import Ghosts
from ifmem.chaos.plan import Plan, Planned, schedule
from ifmem.chaos.report import Report, fault_report, skipped
from ifmem.chaos.scene import Injected, Scene
from ifmem.chaos.wire import Wire
from ifmem.client import Memory
from ifmem.core.keys import Keys
from ifmem.errors import IfmemError
from ifmem.processes.process_table import with_marks
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.bus_server import BusServer, bus_url

Note = Callable[[str], None]
RECOVERS_WITHIN_S = 20.0
SETTLES_WITHIN_S = 30.0


class Run:
    def __init__(self, plan: Plan, memory: Memory, disk: Disk, clock: SteppedClock, wire: Wire, note: Note) -> None:
        self.plan = plan
        self.note = note
        self.faults, self.skipped = possible(of_kind(plan.faults, remote=bool(memory.config.redis_url)), disk, wire)
        keys, url = Keys(memory.config.namespace), bus_url(memory.config)
        clients = Clients(url, keys, plan.clients, plan.seed)
        marks = memory.config.home / "marks"
        operator = Bus(url if memory.config.redis_url else BusServer.of(memory.config).operator_url)
        self.scene = Scene(memory, operator, clients, disk, clock, wire, marks, plan.outage_s)
        self.ghosts = Ghosts(self.scene, keys)
        self.breaches: judging.Breaches = {}
        self.on_bus: dict[str, set[str]] = {}

    async def chaos(self) -> None:
        """Ask and do harm until the time is over, then look at what is left while the set still runs."""
        self.scene.marks.mkdir()
        until = time.monotonic() + self.plan.minutes * 60
        asking = asyncio.create_task(self.scene.clients.run())
        try:
            await self._do_harm(until)
            self.breaches["not_ready"] = await self._not_ready()
        finally:
            self.scene.clients.stop()
            await asking
        await self._settle()
        keys = Keys(self.scene.memory.config.namespace)
        self.on_bus = await judging.answers_on_bus(self.scene.bus, keys, self.scene.clients.asked)
        self.breaches["left_in_lists"] = await judging.left_in_lists(self.scene)
        await self.scene.clients.close()
        await self.scene.bus.close()

    async def _do_harm(self, until: float) -> None:
        targets = {name: fault.targets for name, fault in self.faults.items()}
        weights = {name: fault.weight for name, fault in self.faults.items()}
        for planned in schedule(self.plan.seed, targets, weights):
            await asyncio.sleep(planned.gap_s)
            if not planned.hurried:
                await self.scene.until_ready(RECOVERS_WITHIN_S)
                await self.ghosts.haunt()
            if time.monotonic() > until:
                return
            await self._inject(planned, self.faults[planned.fault])

    async def _inject(self, planned: Planned, fault: Fault) -> None:
        before = time.monotonic()
        try:
            injected = await fault.inject(self.scene, planned.target)
        except IfmemError as error:
            self.note(f"{planned.fault} {planned.target}: not done, {error.what}")
            return
        injected.fault = planned.fault
        self.scene.injected.append(injected)
        self.note(f"{planned.fault} {planned.target}: {time.monotonic() - before:.1f} s {injected.failed}".rstrip())

    async def _not_ready(self) -> list[str]:
        if await self.scene.until_ready(SETTLES_WITHIN_S):
            return []
        await asyncio.to_thread(self._once_more)
        return [f"{one.name} {one.state}: {one.reason}" for one in await self.scene.processes()]

    def _once_more(self) -> None:
        """The judgement needs a set that runs."""
        with contextlib.suppress(IfmemError), Memory(self.scene.memory.config.folder) as memory:
            memory.up(timeout=RECOVERS_WITHIN_S)

    async def _settle(self) -> None:
        """Wait until the archivist has read the whole journal and every queue is empty."""
        journal = Keys(self.scene.memory.config.namespace).journal
        end = time.monotonic() + SETTLES_WITHIN_S
        while time.monotonic() < end:
            with contextlib.suppress(BusLost):
                if not await self.scene.bus.call("XLEN", journal) and not await judging.left_in_lists(self.scene):
                    return
            await asyncio.sleep(0.1)

    def judged(self) -> Report:
        """The report; the set must have been stopped."""
        scene, archive = self.scene, self.scene.memory.config.archive
        happened, asked = events(archive), scene.clients.asked
        run_dir = str(scene.memory.config.run_dir)
        self.breaches |= judging.judge_askers(asked, self.on_bus, digests(archive), scene.excused)
        self.breaches["wrongly_restarted"] = measures.unexplained(scene.injected, happened)
        self.breaches["not_replaced"] = [one.failed for one in scene.injected if one.failed]
        self.breaches["dead_accepted"] = self.ghosts.accepted
        self.breaches["orphans"] = with_marks(scene.memory.config.folder.name, run_dir)
        counts = judging.counts_of(asked, self.breaches, len(scene.injected))
        reports = [
            fault_report(name, [measures.measure(one, happened, asked) for one in self._of(name)])
            for name in self.faults
        ]
        reports += [skipped(name, why) for name, why in self.skipped.items()]
        details = {**judging.shown(self.breaches), "told": [f"{n} × {t}" for t, n in judging.reasons(asked).items()]}
        return Report(self.plan.seed, self.plan.minutes, tuple(reports), counts, details)

    def _of(self, name: str) -> list[Injected]:
        return [one for one in self.scene.injected if one.fault == name]


SETTINGS: Mapping[str, object] = {
    "provider": '"python:ifmem.chaos.provider:Chaotic"',
    "beat_every_s": 0.1,
    "lost_after_s": 2.0,
    "bus_lost_after_s": 3.0,
    "stall_margin_s": 3.0,
    "restart_ceiling_s": 0.1,  # the pause between crashes is on purpose: here it would hide how soon one is ready
    "stop_grace_s": 2.0,
}


def write_settings(folder: Path, name: str) -> None:
    (folder / name).write_text("".join(f"{key} = {value}\n" for key, value in SETTINGS.items()), encoding="utf-8")
