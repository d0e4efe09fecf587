"""The journal: a stream of everything that must become durable, read by the archivist alone, and what it puts back on an empty bus."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ifmem.core.keys import DAY_S, Keys
from ifmem.core.records import Finding
from ifmem.stores.bus import BLOCK_S, Bus


class Entry(NamedTuple):
    """`id` orders the journal; `kind` is question, finding, answer or event; `body` is JSON."""

    id: str
    kind: str
    body: str


class Journal:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys

    async def append(self, kind: str, body: dict[str, Any]) -> None:
        await self.bus.call("XADD", self.keys.journal, "*", "kind", kind, "body", json.dumps(body))

    async def read(self, after: str, *, most: int = 500, wait: bool = True) -> list[Entry]:
        """Entries behind `after`, waiting a moment for the first if `wait` is true."""
        patience = ("BLOCK", int(BLOCK_S * 1000)) if wait else ()
        reply = await self.bus.call("XREAD", "COUNT", most, *patience, "STREAMS", self.keys.journal, after)
        rows = reply[0][1] if reply else []
        return [Entry(id_, fields.get("kind", ""), fields.get("body", "{}")) for id_, fields in rows]

    async def trim(self, through: str) -> None:
        """Drop the entries up to and including `through`; they are in the archive."""
        milliseconds, _, sequence = through.partition("-")
        await self.bus.call("XTRIM", self.keys.journal, "MINID", f"{milliseconds}-{int(sequence) + 1}")

    async def bus_has_findings(self) -> bool:
        return bool(await self.bus.call("EXISTS", self.keys.findings))

    async def restore(self, findings: list[Finding]) -> None:
        """Put findings (newest first) back on a bus that has none."""
        if not findings:
            return
        await self.bus.send(
            *(("SET", self.keys.finding(f.id), f.to_json(), "EX", DAY_S) for f in findings),
            ("RPUSH", self.keys.findings, *(f.id for f in findings)),
        )
