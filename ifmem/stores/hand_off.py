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
from ifmem.stores import scripts
from ifmem.stores.bus import BLOCK_S, Bus

MOST_ATTEMPTS = 3  # a question that took this many processes with it is dead
FINDINGS_ON_BUS = 1000


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

    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys

    # Askers

    async def ask(self, query: Query, label: str = "coordinator") -> None:
        """Store a question and put it at the end of a queue."""
        await self.bus.send(*self._asking(query, label))

    async def ask_and_wait(
        self, query: Query, label: str = "coordinator", *, wait_s: float = BLOCK_S
    ) -> dict[str, Any] | None:
        """`ask`, then the first `message`, in one write."""
        replies = await self.bus.send(*self._asking(query, label), self._waiting(query.id, min(wait_s, BLOCK_S)))
        return _message(replies[-1])

    def _asking(self, query: Query, label: str) -> Iterable[tuple[Any, ...]]:
        body = query.to_json()
        yield ("SET", self.keys.query(query.id), body, "EX", DAY_S)
        yield ("RPUSH", self.keys.queue(label), query.id)
        if query.type == "query":
            yield ("XADD", self.keys.journal, "*", "kind", "question", "body", body)

    async def message(self, query_id: str, wait_s: float = BLOCK_S) -> dict[str, Any] | None:
        """The next message to an asker, or None if none came: {"kind": "progress" | "finding" | "answer", "body": …}."""
        return _message(await self.bus.call(*self._waiting(query_id, min(wait_s, BLOCK_S))))

    def _waiting(self, query_id: str, wait_s: float) -> tuple[Any, ...]:
        return ("BLPOP", self.keys.reply(query_id), max(wait_s, 0.01))

    async def stored_answer(self, query_id: str) -> Answer | None:
        """The answer, however often it was read before."""
        body = await self.bus.call("GET", self.keys.answer(query_id))
        return Answer.from_json(body) if body else None

    async def known(self, query_id: str) -> bool:
        return bool(await self.bus.call("EXISTS", self.keys.query(query_id)))

    async def tell(self, query_id: str, text: str) -> None:
        """Tell an asker what is happening to its question."""
        message = json.dumps({"kind": "progress", "body": text})
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
        triples = zip(found[::3], found[1::3], found[2::3], strict=True)
        return [Claim(id_, Query.from_json(body) if body else None, lost + 1) for id_, body, lost in triples]

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

    async def gathered(self, query_id: str) -> list[Finding]:
        """The findings that exist for a question already."""
        return await self._findings(await self.bus.call("HGETALL", self.keys.gather(query_id)))

    async def _findings(self, gathered: Mapping[str, str]) -> list[Finding]:
        ids = [finding for name, finding in gathered.items() if name != REPLY_TO]
        bodies = await self.bus.call("MGET", *map(self.keys.finding, ids)) if ids else []
        return [Finding.from_json(body) for body in bodies if body]

    async def next_findings(self, seat: Seat, most: int = 64) -> list[Finding]:
        """Wait a moment for findings sent to this coordinator."""
        inbox = self.keys.inbox(seat.worker)
        first, more = await self.bus.send(("BLPOP", inbox, BLOCK_S), ("LPOP", inbox, most))
        texts = [*([first[1]] if first else []), *(more or [])]
        return [Finding.from_dict(json.loads(text)["body"]) for text in texts]

    # Supervisors

    async def hand_back(self, seat: Seat, *, blame: bool) -> tuple[list[str], list[str]]:
        """Return what a process held to the head of its queue. With `blame` each counts one attempt more.

        Returns the ids handed back and the ids that are dead now.
        """
        keys = self.keys
        back, dead = await self.bus.call(
            *("EVAL", scripts.HAND_BACK, 3, keys.worker_tasks(seat.worker), keys.queue(seat.label)),
            *(keys.queue_dead, int(blame), MOST_ATTEMPTS, seat.label, keys.attempts(""), DAY_S),
        )
        return back, dead

    async def abandoned(self) -> list[tuple[str, int]]:
        """Name and incarnation of every process that still has claims on record."""
        prefix, cursor, found = self.keys.worker_tasks(""), "0", []
        while True:
            cursor, names = await self.bus.call("SCAN", cursor, "MATCH", _escape(prefix) + "*", "COUNT", 1000)
            found += [name.removeprefix(prefix).rpartition(".") for name in names]
            if str(cursor) == "0":
                return [(name, int(incarnation)) for name, _, incarnation in found if incarnation.isdigit()]

    async def read_query(self, query_id: str) -> Query | None:
        body = await self.bus.call("GET", self.keys.query(query_id))
        return Query.from_json(body) if body else None

    async def attempts(self, query_id: str, label: str) -> int:
        return int(await self.bus.call("HGET", self.keys.attempts(query_id), label) or 0)


def _message(reply: Any) -> dict[str, Any] | None:
    return json.loads(reply[1]) if reply else None


def _not_stale(outcome: str) -> str:
    if outcome == "stale":
        raise Stale
    return outcome


def _escape(pattern: str) -> str:
    return "".join(f"\\{c}" if c in "*?[]\\" else c for c in pattern)
