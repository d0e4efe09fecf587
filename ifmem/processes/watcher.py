"""The watcher: notices that sources change and brings what is kept of every shard up to date. The only process that watches the folder.

Commands and addresses are read again when their time has come, or when someone asks. Pages are frozen anew while nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Coroutine
from typing import Any

from ifmem import prompts
from ifmem.corpus.survey import KEPT, look_around
from ifmem.corpus.watching import Watched, noticed
from ifmem.processes.at_rest import at_rest
from ifmem.processes.loop import Program
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.pulse import to_next_pulse
from ifmem.processes.refreshing import Refreshed, Refresher
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.refresh_orders import Outcome, RefreshOrder, RefreshOrders
from ifmem.stores.set_overview import take_overview

log = logging.getLogger("ifmem")
TIDY_EVERY_S = 5.0
AGAIN_S = 0.5  # while shards load, or git works, and after a look in vain
CALMEST_S = 4.0  # between looks while only what is not loaded changes
HEARD_EVERY_S = 0.25  # findings that come closer together are read together
GIT_WORKS_S = 10.0  # a lock that stays longer was left behind


class Watcher(Program):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.orders = RefreshOrders(self.bus, self.keys)
        self.wanted = asyncio.Event()
        self.asked: list[RefreshOrder] = []
        self.touched = set[str]()
        self.archived = False
        self.whole = True
        self.looks = 0
        self.watched: Watched | None = None
        self.unseen: tuple[str, ...] = ()
        self.at_work = ""
        self._vain_s = 0.0
        self._looked_at = 0.0
        self._hurried_at = 0.0
        self._hurry = asyncio.Event()
        self._due = dict[str, float]()
        self._again = asyncio.Event()  # the folders to watch have become others

    async def boot(self) -> None:
        logging.getLogger("watchfiles").setLevel(logging.WARNING)
        self.domains = prompts.domains(self.config)
        self.names = [domain.name for domain in self.domains]
        for folder in KEPT.values():
            (self.config.home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.refresher = Refresher(self.domains, self.config)
        self.watched = Watched(look_around(self.domains, self.config), self.config)
        self._due = {name: time.monotonic() + every_s for name, every_s in self._intervals().items()}

    async def serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            work: tuple[Coroutine[Any, Any, None], ...] = (
                self._watch(),
                self._refresh(),
                self._take_orders(),
                self._hear(),
                self._tidy(),
            )
            beside = [tasks.create_task(one) for one in work]
            await self.stopping.wait()
            self._again.set()
            for task in beside:
                task.cancel()

    def vital_signs(self) -> dict[str, object]:
        """`context` names the shards that are just being refreshed, `detail` what cannot be seen."""
        return {"answered": self.looks, "context": self.at_work}

    async def _watch(self) -> None:
        while True:
            self._again = asyncio.Event()
            assert self.watched is not None
            async with contextlib.aclosing(noticed(self.watched, self._again)) as notices:
                async for paths in notices:
                    self._note(paths)

    async def _hear(self) -> None:
        """Look at what has come into the archive; while the bus was away, something may have."""
        while True:
            with contextlib.suppress(BusLost):
                async with self.bus.subscribed(self.keys.channel_archived) as published:
                    self._note_archived()
                    async for _ in published:
                        self._note_archived()
            await until_bus_answers(lambda: self.bus.call("PING"))

    def _note_archived(self) -> None:
        self.archived = True
        self.wanted.set()
        if time.monotonic() - self._hurried_at > HEARD_EVERY_S:
            self._hurried_at = time.monotonic()
            self._hurry.set()

    def _note(self, touched: Collection[str] = ()) -> None:
        """Look soon: at these paths, or, if none is named, at everything."""
        self.touched |= set(touched)
        self.whole = self.whole or not touched
        self.wanted.set()

    async def _refresh(self) -> None:
        while True:
            await self.wanted.wait()
            await self._until_git_is_done()
            self.wanted.clear()
            orders, self.asked = self.asked, []
            slow = {name for order in orders for name in order.names} | self._overdue()
            began = time.monotonic()
            self._enter_work(", ".join(self.names))
            touched, self.touched = (None if self.whole else self.touched), set()
            self.whole = False
            archived, self.archived = self.archived, False
            done = await asyncio.to_thread(self.refresher.refresh, slow, touched, archived=archived)
            self._enter_work("")
            self.looks += 1
            self._follow(done)
            for order in orders:
                with contextlib.suppress(BusLost):
                    await self.orders.report(Outcome(order.id, done.changed, done.unseen))
            if done.changed:
                log.info("changed in %.0f ms: %s", (time.monotonic() - began) * 1000, ", ".join(done.changed))
            await self._pause(done, began, HEARD_EVERY_S if archived else 0.0)

    def _follow(self, done: Refreshed) -> None:
        """Watch what is there now, and say what cannot be seen."""
        if done.unseen != self.unseen:
            self.unseen = done.unseen
            said = f"out of sight, kept as read before: {', '.join(done.unseen)}" if done.unseen else ""
            self.enter(self._state, said)
            log.warning(said or "everything is in sight again")
        if done.look is not None:
            watched = Watched(done.look, self.config)
            if watched != self.watched:
                self._again.set()
            self.watched = watched

    async def _pause(self, done: Refreshed, began: float, least_s: float) -> None:
        """Looks in a row that find nothing come ever more rarely; what is not loaded yet, or out of sight, is looked at again soon."""
        incomplete = bool(done.waiting or done.unseen)
        if done.changed or incomplete or began - self._looked_at > CALMEST_S:
            self._vain_s = 0.0
        self._looked_at = time.monotonic()
        if incomplete:
            self._note()
        elif not done.changed:
            self._vain_s = min(CALMEST_S, 2 * self._vain_s or self._looked_at - began)
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_S if incomplete else max(self._vain_s, least_s)):
                await self._hurry.wait()

    async def _until_git_is_done(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GIT_WORKS_S):
                while self.watched is not None and self.watched.busy:
                    await asyncio.sleep(AGAIN_S / 10)

    async def _take_orders(self) -> None:
        while True:
            if order := await until_bus_answers(self.orders.next):
                self.asked.append(order)
                self._note()
                self._hurry.set()

    async def _tidy(self) -> None:
        """Freeze pages anew, and read again what has an interval of its own."""
        while True:
            await asyncio.sleep(to_next_pulse(TIDY_EVERY_S))
            if any(due <= time.monotonic() for due in self._due.values()):
                self._note()
            with contextlib.suppress(BusLost):
                resting = at_rest(await take_overview(self.bus, self.keys), self.names)
                cached = [name for name, warm in resting.items() if warm]
                await asyncio.to_thread(self.refresher.compact, list(resting), cached)

    def _overdue(self) -> set[str]:
        now = time.monotonic()
        overdue = {name for name, due in self._due.items() if due <= now}
        self._due |= {name: now + self._intervals()[name] for name in overdue}
        return overdue

    def _intervals(self) -> dict[str, float]:
        """How often each shard with such a source wants it to be read again, in seconds."""
        every = {
            domain.name: [source.every_s for source in domain.sources if source.every_s] for domain in self.domains
        }
        return {name: min(seconds) for name, seconds in every.items() if seconds}

    def _enter_work(self, names: str) -> None:
        self.at_work = names
        self.news.set()
