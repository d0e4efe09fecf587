"""The hand-off of questions over lists: ask, claim, finish, answer, hand back. At least once, and a repeat changes nothing.

An id is always in exactly one list: its queue, the claims of the process that works on it, or the dead. A claim is removed in the
same atomic step that stores its result, so a crash in between repeats work and never loses it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ifmem.core.keys import DAY_S, HOUR_S, REPLY_TO, Keys, worker_id
from ifmem.core.records import Answer, Finding, Query
from ifmem.core.strictness import Refused, read_object
from ifmem.errors import IfmemError
from ifmem.stores import scripts
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.deadlines import as_of_now, stamped
from ifmem.stores.door import Door

MOST_ATTEMPTS = 3  # a question that took this many processes with it is dead
MOST_WAITING = (
    1000  # questions in a queue; one more is refused, so that an asker is never kept waiting without a prospect
)
FINDINGS_ON_BUS = 1000


class Stale(Exception):
    """Another incarnation has taken this process's place; nothing it sends counts any more."""


class Busy(IfmemError):
    """So many questions wait that another one is not taken."""

    def __init__(self, ahead: int) -> None:
        super().__init__(
            f"busy: {ahead:,} questions are ahead of this one.",
            why="more are asked than can be answered",
            fix="Ask again in a moment; see the queues: ifmem status",
        )


@dataclass(frozen=True)
class DeadLetter:
    """A question that was given up. `lives` says how many processes it took with it, by queue; `query` is None if its body expired."""

    id: str
    query: Query | None
    lives: Mapping[str, int]


@dataclass(frozen=True)
class Seat:
    """Who claims: a process's name, its incarnation, and the queue it serves (`coordinator` or `shard:3`)."""

    name: str
    incarnation: int
    label: str

    @property
    def worker(self) -> str:
        return worker_id(self.name, self.incarnation)


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
    """The lists of one set, seen by an asker, a process or a supervisor."""

    def __init__(self, bus: Bus, keys: Keys, most_waiting: int = MOST_WAITING) -> None:
        self.bus = bus
        self.keys = keys
        self.most_waiting = most_waiting
        self.door = Door(bus, keys)

    # Askers

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
            *("EVAL", scripts.ASK, 4, keys.query(query.id), keys.queue(label), keys.reply(query.id), keys.journal),
            *(query.id, stamped(query).to_json(), DAY_S, int(query.type == "query"), self.most_waiting),
        )

    async def message(self, query_id: str, wait_s: float = BLOCK_S) -> dict[str, Any] | None:
        """The next message to an asker, or None if none came: its `kind` is progress, text, restart, finding or answer, its `body` what
        is told."""
        return _message(await self.bus.call(*self._waiting(query_id, min(wait_s, BLOCK_S))))

    def _waiting(self, query_id: str, wait_s: float) -> tuple[Any, ...]:
        return ("BLPOP", self.keys.reply(query_id), max(wait_s, 0.01))

    async def stored_answer(self, query_id: str) -> Answer | None:
        """The answer, however often it was read before."""
        return await self.door.one(Answer, await self.bus.call("GET", self.keys.answer(query_id)))

    async def ahead(self, query_id: str, label: str = "coordinator") -> int | None:
        """How many questions wait in front of this one; None if it does not wait there."""
        position = await self.bus.call("LPOS", self.keys.queue(label), query_id)
        return None if position is None else int(position)

    async def known(self, query_id: str) -> bool:
        return bool(await self.bus.call("EXISTS", self.keys.query(query_id)))

    async def tell(self, query_id: str, text: str, kind: str = "progress") -> None:
        """Tell an asker what is happening to its question (`progress`), the next piece of its answer (`text`), or why what it has
        read so far is taken back (`restart`)."""
        message = json.dumps({"kind": kind, "body": text})
        reply = self.keys.reply(query_id)
        await self.bus.send(("RPUSH", reply, message), ("EXPIRE", reply, HOUR_S))

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
            *(keys.channel_findings, int(durable), DAY_S, HOUR_S, FINDINGS_ON_BUS),
        )
        return _not_stale(outcome)

    async def answer(self, seat: Seat, answer: Answer, *, durable: bool = True) -> str:
        """Store an answer and remove its claim in one step. `stored` or `repeat`. Raises Stale."""
        keys = self.keys
        outcome = await self.bus.call(
            *("EVAL", scripts.ANSWER, 6, keys.set_incarnations, keys.worker_tasks(seat.worker)),
            *(keys.answer(answer.id), keys.reply(answer.id), keys.journal, keys.set_counts),
            *(seat.name, seat.incarnation, answer.id, answer.to_json(), int(durable), DAY_S, HOUR_S),
            time.strftime("asks:%Y-%m-%d", time.gmtime()),
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

    async def next_findings(self, seat: Seat, most: int = 64) -> list[Finding]:
        """Wait a moment for findings sent to this coordinator."""
        inbox = self.keys.inbox(seat.worker)
        first, more = await self.bus.send(("BLPOP", inbox, BLOCK_S), ("LPOP", inbox, most))
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
                return [(name, int(incarnation)) for name, _, incarnation in found if incarnation.isdigit()]

    # The dead

    async def dead(self) -> list[DeadLetter]:
        """The questions that were given up, oldest first."""
        ids = await self.bus.call("LRANGE", self.keys.queue_dead, 0, -1)
        lives = await self.bus.send(*(("HGETALL", self.keys.attempts(id_)) for id_ in ids)) if ids else []
        return [
            DeadLetter(id_, await self.read_query(id_), {label: int(count) for label, count in counts.items()})
            for id_, counts in zip(ids, lives, strict=True)
        ]

    async def retry(self, query_id: str, again: Query) -> bool:
        """Take a question from the dead and put `again`, its successor, in one step; False if it is not among them."""
        keys = self.keys
        return bool(
            await self.bus.call(
                *("EVAL", scripts.RETRY, 4, keys.queue_dead, keys.query(again.id), keys.queue("coordinator")),
                *(keys.journal, query_id, again.id, again.to_json(), DAY_S),
            )
        )

    async def read_query(self, query_id: str) -> Query | None:
        """What was asked; of a task its question, too."""
        asked, put = await self.bus.call("MGET", self.keys.query(query_id), self.keys.task(query_id))
        return await self.door.one(Query, asked or put)

    async def attempts(self, query_id: str, label: str) -> int:
        return int(await self.bus.call("HGET", self.keys.attempts(query_id), label) or 0)


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


def _not_stale(outcome: str) -> str:
    if outcome == "stale":
        raise Stale
    return outcome


def _escape(pattern: str) -> str:
    return "".join(f"\\{c}" if c in "*?[]\\" else c for c in pattern)
