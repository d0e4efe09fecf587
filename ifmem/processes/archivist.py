"""The archivist: carries the journal into the archive, and findings back to a bus that has none."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from ifmem.processes.loop import Program
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.archive import Archive
from ifmem.stores.bus import BusLost
from ifmem.stores.journal import Entry, Journal

log = logging.getLogger("ifmem")
RESTORED = 50  # as the specification has it: on restart the last 50 findings are loaded back


class Archivist(Program):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.journal = Journal(self.bus, self.keys)
        self.recorded = 0
        self._open = contextlib.ExitStack()

    async def boot(self) -> None:
        self.archive = self._open.enter_context(Archive.writing(self.config.archive))
        await until_bus_answers(self.restore)

    async def serve(self) -> None:
        position = self.archive.position()
        while not self.stopping.is_set():
            try:
                entries = await self.until_stopped(self.journal.read(position))
                position = await self.record(entries or [], position)
            except BusLost:
                await until_bus_answers(self.restore)  # a bus that comes back empty gets the newest findings again

    async def record(self, entries: list[Entry], position: str) -> str:
        """Make entries durable, then let the bus forget them; returns the new position."""
        if entries:
            await asyncio.to_thread(self.archive.record, entries)
            position = entries[-1].id
            await self.journal.trim(position)
            self.recorded += len(entries)
        return position

    async def restore(self) -> None:
        if not await self.journal.bus_has_findings():
            findings = self.archive.findings(RESTORED)
            await self.journal.restore(findings)
            log.info("restored %d findings to the bus", len(findings))

    async def drain(self) -> None:
        """Everything that was said before the stop is recorded."""
        with contextlib.suppress(BusLost):
            position = self.archive.position()
            while entries := await self.journal.read(position, wait=False):
                position = await self.record(entries, position)
        self._open.close()

    def vital_signs(self) -> dict[str, object]:
        return {"answered": self.recorded}
