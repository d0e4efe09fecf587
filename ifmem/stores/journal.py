"""The journal: a stream of everything that must become durable, read by the archivist alone, and what it puts back on an empty bus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, Keys
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.door import Door


class Entry(NamedTuple):
    """`id` orders the journal; `kind` is a record's (question, finding …) or an event's; `body` is JSON."""

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

    async def is_restored(self) -> bool:
        """Whether the bus still has what `restore` put there. New findings say nothing: an emptied bus soon has some."""
        return bool(await self.bus.call("EXISTS", self.keys.set_restored))

    async def kept(self, findings: Sequence[str], answers: Sequence[str]) -> list[Finding | Answer]:
        """Those of the findings and answers with these ids that are on the bus."""
        door, keys = Door(self.bus, self.keys), self.keys
        there: list[Finding | Answer] = []
        if findings:
            there += await door.let_in(Finding, await self.bus.call("MGET", *map(keys.finding, findings)))
        if answers:
            there += await door.let_in(Answer, await self.bus.call("MGET", *map(keys.answer, answers)))
        return there

    async def forget_restored(self) -> None:
        """Let the archivist put back what is in the archive when it starts next."""
        await self.bus.call("DEL", self.keys.set_restored)

    async def restore(self, findings: Sequence[Finding], answers: Sequence[Answer]) -> None:
        """Put findings (newest first) and answers back on a bus that lost them. Safe to repeat; what is there stays where it is."""
        keys = self.keys
        writes: list[tuple[Any, ...]] = [
            ("SET", keys.answer(one.id), one.to_json(), "NX", "EX", DAY_S) for one in answers
        ]
        writes += [("SET", keys.finding(one.id), one.to_json(), "EX", DAY_S) for one in findings]
        listed = set(await self.bus.call("LRANGE", keys.findings, 0, -1))
        for id_ in (one.id for one in findings if one.id not in listed):
            writes += [("LREM", keys.findings, 0, id_), ("RPUSH", keys.findings, id_)]
        await self.bus.send(*writes, ("SET", keys.set_restored, 1))
