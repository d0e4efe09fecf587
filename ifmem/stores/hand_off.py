"""The hand-off of questions over lists: claim, finish, answer, hand back. At least once, and a repeat changes nothing.
Askers have an end of their own (`stores.inquiries`).

An id is always in exactly one list: its queue, the claims of the process that works on it, or the dead. A claim is removed in the
same atomic step that stores its result, so a crash in between repeats work and never loses it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import DAY_S, HOUR_S, REPLY_TO, Keys, worker_id
from ifmem.core.queries import Query
from ifmem.stores import scripts
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.deadlines import as_of_now
from ifmem.stores.door import Door, is_number, number

NEWEST = 2**53  # later than any incarnation; Lua counts exactly as far as this
MOST_ATTEMPTS = 3  # a question that took this many processes with it is dead
FINDINGS_ON_BUS = ANSWERS_ON_BUS = 1000
FINDINGS_AT_ONCE = 64  # taken from an inbox


class Stale(Exception):
    """Another incarnation has taken this process's place; nothing it sends counts any more."""


@dataclass(frozen=True)
class Seat:
    """Who claims: a process's name, its incarnation, and the queue it serves (`coordinator` or `shard:3`)."""

    name: str
    incarnation: int
    label: str

    @property
    def worker(self) -> str:
        return worker_id(self.name, self.incarnation)

    @property
    def successor(self) -> Seat:
        """Who speaks for it when it is dead: whoever lives now, however many have lived since."""
        return replace(self, incarnation=NEWEST)


@dataclass(frozen=True)
class Claim:
    """A question this process now holds. `attempts` counts this one; `query` is None if its body has expired."""

    id: str
    query: Query | None
    attempts: int

    @property
    def suspect(self) -> bool:
        return self.attempts > 1


class HandOff:
    """The lists of one set, seen by a process or a supervisor."""

    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys
        self.door = Door(bus, keys)

    # Processes

    async def claim(self, seat: Seat, most: int, held: Collection[str]) -> list[Claim]:
        """Wait a moment for work, then take up to `most` questions with their bodies. Raises Stale."""
        queue, claims = self.keys.queue(seat.label), self.keys.worker_tasks(seat.worker)
        _, found = await self.bus.send(
            ("BLMOVE", queue, claims, "LEFT", "RIGHT", BLOCK_S),
            (
                *("EVAL", scripts.CLAIM, 3, self.keys.set_incarnations, queue, claims),
                *(seat.name, seat.incarnation, seat.label, most),
                *(self.keys.query(""), self.keys.attempts(""), *held),
            ),
        )
        if found == "stale":
            raise Stale
        queries = await self.door.each(Query, found[1::3])
        return [
            Claim(id_, as_of_now(query) if query and query.id == id_ else None, lost + 1)
            for id_, query, lost in zip(found[::3], queries, found[2::3], strict=True)
        ]

    async def hold(self, seat: Seat, query_id: str) -> None:
        """Put a claim back on a bus that has lost it, so that it is never in this process's memory only."""
        claims = self.keys.worker_tasks(seat.worker)
        await self.bus.send(("LREM", claims, 0, query_id), ("RPUSH", claims, query_id))

    async def drop(self, seat: Seat, query_id: str) -> None:
        """Forget a claim whose question is gone."""
        await self.bus.call("LREM", self.keys.worker_tasks(seat.worker), 0, query_id)

    async def push(self, seat: Seat, query: Query, labels: Iterable[str]) -> list[Finding]:
        """The coordinator's fan-out: rewrite the body for the shards, have findings sent to this coordinator, queue it at each shard.

        Returns the findings there are already: a shard that answered an earlier coordinator does not send its finding again.
        """
        gather = self.keys.gather(query.id)
        *_, gathered = await self.bus.send(
            ("SET", self.keys.query(query.id), query.to_json(), "EX", DAY_S),
            ("HSET", gather, REPLY_TO, self.keys.inbox(seat.worker)),
            ("EXPIRE", gather, DAY_S),
            *(("RPUSH", self.keys.queue(label), query.id) for label in labels),
            ("HGETALL", gather),
        )
        return await self._findings(gathered)

    async def finish(self, seat: Seat, finding: Finding, *, durable: bool = True) -> str:
        """Store a finding and remove its claim in one step. `stored`, or `repeat` if this shard had answered already. Raises Stale."""
        keys = self.keys
        outcome = await self.bus.call(
            *("EVAL", scripts.FINISH, 7, keys.set_incarnations, keys.worker_tasks(seat.worker)),
            *(keys.gather(finding.query_id), keys.finding(finding.id)),
            *(keys.reply(finding.query_id), keys.journal, keys.findings),
            *(seat.name, seat.incarnation, finding.query_id, finding.id, finding.to_json()),
            *(keys.channel_findings, int(durable), DAY_S, HOUR_S, FINDINGS_ON_BUS, keys.inbox("")),
        )
        return _not_stale(outcome)

    async def answer(self, seat: Seat, answer: Answer, *, durable: bool = True) -> str:
        """Store an answer and remove its claim in one step. `stored` or `repeat`. Raises Stale."""
        keys = self.keys
        outcome = await self.bus.call(
            *("EVAL", scripts.ANSWER, 7, keys.set_incarnations, keys.worker_tasks(seat.worker)),
            *(keys.answer(answer.id), keys.reply(answer.id), keys.journal, keys.set_counts, keys.answers),
            *(seat.name, seat.incarnation, answer.id, answer.to_json(), int(durable), DAY_S, HOUR_S),
            *(time.strftime("asks:%Y-%m-%d", time.gmtime()), ANSWERS_ON_BUS, keys.query(""), keys.gather("")),
        )
        return _not_stale(outcome)

    async def forgotten(self, query_id: str) -> bool:
        """Whether the bus no longer knows that findings for this question were asked for: it has lost everything."""
        return not await self.bus.call("HEXISTS", self.keys.gather(query_id), REPLY_TO)

    async def gathered(self, query_id: str) -> list[Finding]:
        """The findings that exist for a question already."""
        return await self._findings(await self.bus.call("HGETALL", self.keys.gather(query_id)))

    async def _findings(self, gathered: Mapping[str, str]) -> list[Finding]:
        ids = [finding for name, finding in gathered.items() if name != REPLY_TO]
        return await self.door.let_in(Finding, await self.bus.call("MGET", *map(self.keys.finding, ids)) if ids else [])

    async def next_findings(self, seat: Seat) -> list[Finding]:
        """Wait a moment for findings sent to this coordinator."""
        inbox = self.keys.inbox(seat.worker)
        first, more = await self.bus.send(("BLPOP", inbox, BLOCK_S), ("LPOP", inbox, FINDINGS_AT_ONCE))
        texts = [*([first[1]] if first else []), *(more or [])]
        return await self.door.let_in(Finding, texts, "body")

    # Supervisors

    async def hand_back(self, seat: Seat, *, blame: bool) -> tuple[list[str], list[str]]:
        """Return what a process held to the head of its queue. With `blame` each counts one attempt more.

        Returns the ids handed back and the ids that are dead now; those stay claimed until they are buried. Safe to repeat.
        """
        keys = self.keys
        back, dead = await self.bus.call(
            *("EVAL", scripts.HAND_BACK, 2, keys.worker_tasks(seat.worker), keys.queue(seat.label)),
            *(int(blame), MOST_ATTEMPTS, seat.label, keys.attempts(""), DAY_S),
        )
        return back, dead

    async def bury(self, seat: Seat, query_id: str) -> None:
        """Put a question whose asker has been told among the dead, and end the claim on it. Safe to repeat."""
        await self.bus.call(
            "EVAL", scripts.BURY, 2, self.keys.worker_tasks(seat.worker), self.keys.queue_dead, query_id
        )

    async def abandoned(self) -> list[tuple[str, int]]:
        """Name and incarnation of every process that still has claims on record."""
        prefix, cursor, found = self.keys.worker_tasks(""), "0", []
        while True:
            cursor, names = await self.bus.call("SCAN", cursor, "MATCH", _escape(prefix) + "*", "COUNT", 1000)
            found += [name.removeprefix(prefix).rpartition(".") for name in names]
            if str(cursor) == "0":
                return [(name, int(incarnation)) for name, _, incarnation in found if is_number(incarnation)]

    async def attempts(self, query_id: str, label: str) -> int:
        return number(await self.bus.call("HGET", self.keys.attempts(query_id), label))


def _not_stale(outcome: str) -> str:
    if outcome == "stale":
        raise Stale
    return outcome


def _escape(pattern: str) -> str:
    return "".join(f"\\{c}" if c in "*?[]\\" else c for c in pattern)
