"""The asker's end of the hand-off: a question is put into a queue, and what becomes of it is heard on the list of its replies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, HOUR_S, Keys
from ifmem.core.queries import Query
from ifmem.core.strictness import Refused, read_object
from ifmem.errors import IfmemError
from ifmem.stores import scripts
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.deadlines import stamped
from ifmem.stores.door import Door

# Questions in a queue; one more is refused, so that an asker is never kept waiting without a prospect.
MOST_WAITING = 1000
LIMITED_S = 5  # a limit goes with the coordinator that set it


class Busy(IfmemError):
    """So many questions wait that another one is not taken."""

    def __init__(self, ahead: int) -> None:
        super().__init__(
            f"busy: {ahead:,} questions are ahead of this one.",
            why="more are asked than can be answered",
            fix="Ask again in a moment; see the queues: ifmem status",
        )


class Inquiries:
    """The questions of one set, seen by those who ask them, and what those are told."""

    def __init__(self, bus: Bus, keys: Keys, most_waiting: int = MOST_WAITING) -> None:
        self.bus = bus
        self.keys = keys
        self.most_waiting = most_waiting
        self._door = Door(bus, keys)

    async def ask(self, query: Query, label: str = "coordinator") -> None:
        """Store a question and put it at the end of a queue. Raises Busy if too many wait there."""
        _not_busy(await self.bus.call(*self._asking(query, label)))

    async def ask_and_wait(
        self, query: Query, label: str = "coordinator", *, wait_s: float = BLOCK_S
    ) -> dict[str, Any] | None:
        """`ask`, then the first `message`, in one write."""
        put, reply = await self.bus.send(self._asking(query, label), self._waiting(query.id, min(wait_s, BLOCK_S)))
        _not_busy(put)
        return _message(reply)

    def _asking(self, query: Query, label: str) -> tuple[Any, ...]:
        keys = self.keys
        return (
            *("EVAL", scripts.ASK, 5, keys.query(query.id), keys.queue(label), keys.reply(query.id), keys.journal),
            *(keys.limit(label), query.id, stamped(query).to_json()),
            *(DAY_S, int(query.type == "query"), self.most_waiting),
        )

    async def put_again(self, queries: Iterable[Query]) -> int:
        """Put questions that the bus knew once and has lost; how many those are. Safe to repeat."""
        keys = self.keys
        steps = [
            (
                *("EVAL", scripts.PUT_AGAIN, 3, keys.query(one.id), keys.answer(one.id), keys.queue("coordinator")),
                *(one.id, one.to_json(), DAY_S),
            )
            for one in queries
        ]
        return sum(await self.bus.send(*steps)) if steps else 0

    async def message(self, query_id: str, wait_s: float = BLOCK_S) -> dict[str, Any] | None:
        """The next message to an asker, or None if none came: its `kind` is progress, text, restart, finding or answer, its `body` what
        is told."""
        return _message(await self.bus.call(*self._waiting(query_id, min(wait_s, BLOCK_S))))

    def _waiting(self, query_id: str, wait_s: float) -> tuple[Any, ...]:
        return ("BLPOP", self.keys.reply(query_id), max(wait_s, 0.01))

    async def stored_answer(self, query_id: str) -> Answer | None:
        """The answer, however often it was read before."""
        return await self._door.one(Answer, await self.bus.call("GET", self.keys.answer(query_id)))

    async def stored_finding(self, finding_id: str) -> Finding | None:
        """A finding of the last day, whether the archivist has come to it or not."""
        return await self._door.one(Finding, await self.bus.call("GET", self.keys.finding(finding_id)))

    async def known(self, query_id: str) -> bool:
        return bool(await self.bus.call("EXISTS", self.keys.query(query_id)))

    async def read_query(self, query_id: str) -> Query | None:
        """What was asked; of a task its question, too."""
        asked, put = await self.bus.call("MGET", self.keys.query(query_id), self.keys.task(query_id))
        return await self._door.one(Query, asked or put)

    async def tell(self, query_id: str, text: str, kind: str = "progress") -> None:
        """Tell an asker what is happening to its question (`progress`), the next piece of its answer (`text`), or why what it has
        read so far is taken back (`restart`)."""
        message = json.dumps({"kind": kind, "body": text})
        reply = self.keys.reply(query_id)
        await self.bus.send(("RPUSH", reply, message), ("EXPIRE", reply, HOUR_S))

    async def waiting(self, label: str) -> int:
        """How many questions wait in a queue."""
        return int(await self.bus.call("LLEN", self.keys.queue(label)))

    async def admit(self, label: str, limit: int | None) -> None:
        """Let at most so many wait in a queue for the next few seconds (None: as many as ever)."""
        key = self.keys.limit(label)
        await self.bus.call(*(("DEL", key) if limit is None else ("SET", key, limit, "EX", LIMITED_S)))


def _message(reply: Any) -> dict[str, Any] | None:
    """What an asker was sent; what is no message is passed over."""
    try:
        message = read_object(reply[1]) if reply else None
    except Refused:
        return None
    return message if message and isinstance(message.get("kind"), str) and "body" in message else None


def _not_busy(put: list[Any]) -> None:
    outcome, ahead = put
    if outcome == "busy":
        raise Busy(int(ahead))
