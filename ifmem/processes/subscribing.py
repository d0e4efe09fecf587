"""Following findings: each one as it is stored, and after an absence first those that were stored meanwhile. None is missed.

What the channel says is heard from the moment of the subscription on; what was stored before it is in the archive, or still in the
journal, from which nothing is removed before it is archived.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from ifmem.core.findings import Finding
from ifmem.core.freshness import CHANGED
from ifmem.core.keys import Keys
from ifmem.core.strictness import Refused, read
from ifmem.errors import Exit, IfmemError
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.archive import START, Archive
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.journal import Journal

log = logging.getLogger("ifmem")
CHANGE = json.dumps({"kind": CHANGED}).rstrip("}")  # how the JSON of such an event begins
AT_ONCE = 500  # findings read from the archive
REMEMBERED = 100_000  # ids of findings that were given: they may be heard of a second time
ARCHIVED_WITHIN_S = 5.0  # what was stored a moment ago is on its way into the archive
LOOK_EVERY_S = 0.05


class Follower:
    """Reads for one subscriber. `row` is where in the archive it has got to: the rows of findings are in the order of storing."""

    def __init__(self, bus: Bus, keys: Keys, archive: Path, row: int) -> None:
        self._bus = bus
        self._channel = keys.channel_findings
        self._journal = Journal(bus, keys)
        self._archive = archive
        self._row = row
        self._given: dict[str, None] = {}

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """Never ends. A set that is stopped is waited for, and what it finds when it runs again comes too."""
        while True:
            try:
                async with self._bus.subscribed(self._channel) as published:
                    async with aclosing(self._missed()) as missed:
                        async for finding in missed:
                            yield finding
                    async for text in published:
                        if (told := _read(text)) and self._is_new(told):
                            yield told
            except BusLost:
                await until_bus_answers(lambda: self._bus.call("PING"))

    async def _missed(self) -> AsyncGenerator[Finding, None]:
        """What was stored before the subscription and has not been given: the archive's, then what has not got there."""
        while True:
            rows, position = await asyncio.to_thread(self._next_rows)
            for self._row, finding in rows:
                if self._is_new(finding):
                    yield finding
            if len(rows) == AT_ONCE:
                continue
            async for finding in self._on_its_way(position):
                if self._is_new(finding):
                    yield finding
            if await asyncio.to_thread(self._position) == position:
                return  # nothing left the journal meanwhile

    def _next_rows(self) -> tuple[list[tuple[int, Finding]], str]:
        with Archive.reading(self._archive) as archive:
            return archive.stored_after(self._row, AT_ONCE) if archive else ([], START)

    def _position(self) -> str:
        with Archive.reading(self._archive) as archive:
            return archive.position() if archive else START

    async def _on_its_way(self, position: str) -> AsyncGenerator[Finding, None]:
        while entries := await self._journal.read(position, wait=False):
            position = entries[-1].id
            for entry in entries:
                if entry.kind == "finding" and (finding := _read(entry.body)):
                    yield finding

    def _is_new(self, finding: Finding) -> bool:
        """Whether it is given for the first time; it counts as given then."""
        if finding.id in self._given:
            return False
        self._given[finding.id] = None
        if len(self._given) > REMEMBERED:
            del self._given[next(iter(self._given))]
        return True


async def place_after(archive: Path, finding_id: str) -> int:
    """The row to follow from for a subscriber that had `finding_id` last; for one that had none ("") the newest.

    Raises IfmemError (exit code 2) for a finding that is not archived.
    """
    until = asyncio.get_running_loop().time() + ARCHIVED_WITHIN_S
    while (row := await asyncio.to_thread(_row_of, archive, finding_id)) is None:
        if asyncio.get_running_loop().time() > until:
            raise IfmemError(
                f"there is no finding {finding_id!r}.",
                why="the archive does not know it",
                fix="See which there are: ifmem findings",
                exit_code=Exit.USAGE,
            )
        await asyncio.sleep(LOOK_EVERY_S)
    return row


def _row_of(path: Path, finding_id: str) -> int | None:
    with Archive.reading(path) as archive:
        if archive is None:
            return None if finding_id else 0
        return archive.row_of(finding_id) if finding_id else archive.last_row()


def _read(text: str) -> Finding | None:
    """Anybody may publish: what is no finding is passed over, and so are events of changed documents."""
    if text.startswith(CHANGE):
        return None
    try:
        return read(Finding, text)
    except Refused as error:
        log.warning("passed over what is no finding: %s", error)
        return None
