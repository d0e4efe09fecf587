"""The archivist: carries the journal into the archive, and findings and what was spent back to a bus that has none."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ifmem.core import lifecycle
from ifmem.core.budget import NANO, window_of
from ifmem.core.keys import DAY_S
from ifmem.core.recent_findings import tells_something
from ifmem.processes.loop import Program
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.archive import Archive
from ifmem.stores.archive_file import ArchiveBusy
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.journal import Entry, Journal
from ifmem.stores.ledger import Ledger

log = logging.getLogger("ifmem")
T = TypeVar("T")
AGAIN_S = 0.5
RESTORED = 50  # as the specification has it: on restart the last 50 findings are loaded back
RESTORED_ANSWERS = 500  # askers may still come for them; all of them are in the archive


class Archivist(Program):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.journal = Journal(self.bus, self.keys)
        self.ledger = Ledger(self.bus, self.keys)
        self.recorded = 0
        self._open = contextlib.ExitStack()

    async def boot(self) -> None:
        self.enter(lifecycle.LOADING)  # the archive may be locked, the bus away: that takes as long as it takes
        self.archive = await self._patiently(lambda: self._open.enter_context(Archive.writing(self.config.archive)))
        # So that a restart mends what the bus has lost in part.
        await until_bus_answers(lambda: self.restore(always=True))

    async def serve(self) -> None:
        position = self.archive.position()
        while not self.stopping.is_set():
            try:
                entries = await self.until_stopped(self.journal.read(position))
                if await self.journal.is_restored() and await self.ledger.is_open():
                    position = await self.record(entries or [], position)
                    continue
                await self.restore()  # a bus that lost everything was back before anybody missed it
            except BusLost:
                await until_bus_answers(self.restore)  # a bus that comes back empty gets the newest findings again
            position = self.archive.position()

    async def record(self, entries: list[Entry], position: str) -> str:
        """Make entries durable, then let the bus forget them; returns the new position."""
        if entries:
            await self._patiently(lambda: self.archive.record(entries))
            position = entries[-1].id
            await self.journal.trim(position)
            self.recorded += len(entries)
            await self._tell_of_findings(entries)
        return position

    async def _tell_of_findings(self, entries: list[Entry]) -> None:
        """Let the watcher know that there are findings which a shard may read; of the many that none would it hears nothing."""
        if any(one.kind == "finding" and tells_something(one.body) for one in entries):
            await self.bus.call("PUBLISH", self.keys.channel_archived, entries[-1].id)

    async def _patiently(self, step: Callable[[], T]) -> T:
        """The result of `step`, repeated while the archive is locked or its disk is full: the journal keeps what is said meanwhile."""
        while True:
            try:
                return await asyncio.to_thread(step)
            except ArchiveBusy as error:
                log.warning("%s %s", error.what, error.why)
                if self.stopping.is_set():
                    raise
                await asyncio.sleep(AGAIN_S)

    async def restore(self, *, always: bool = False) -> None:
        lost = not await self.journal.is_restored()
        if lost:
            await self._patiently(self.archive.start_over)
            await self._put_again()
        if lost or always:
            findings, answers = self.archive.findings(RESTORED), self.archive.answers(RESTORED_ANSWERS)
            await self.journal.restore(findings, answers)
            log.info("restored %d findings and %d answers to the bus", len(findings), len(answers))
        await self.open_ledger()

    async def _put_again(self) -> None:
        """What was accepted is answered, also if its asker went away and the bus has lost it since. A question whose deadline has passed
        meanwhile ends in an answer that says so."""
        lost = self.archive.unanswered(time.time() - DAY_S)
        if count := await self.inquiries.put_again(lost):
            log.warning("the bus had lost %d questions; they are put again", count)

    async def open_ledger(self) -> None:
        """Let calls to models be paid for, now that the bus counts what the archive knows was spent."""
        now = await self.ledger.now()
        day, hour = (self.archive.charged(window_of(now, window)) for window in ("day", "hour"))
        if await self.ledger.open(now, day, hour):
            log.info("the ledger is open: $%.4f spent today", day / NANO)

    async def drain(self) -> None:
        """Everything that was said before the stop is recorded."""
        with contextlib.suppress(BusLost, ArchiveBusy):  # the journal keeps what could not be recorded
            position = self.archive.position()
            while entries := await self.journal.read(position, wait=False):
                position = await self.record(entries, position)
        self._open.close()

    def vital_signs(self) -> dict[str, object]:
        return {"answered": self.recorded}
