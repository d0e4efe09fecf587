"""The questions that took too many processes with them: which they are, and asking one of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ifmem.core.keys import DAY_S, Keys
from ifmem.core.queries import Query
from ifmem.stores import scripts
from ifmem.stores.bus import Bus
from ifmem.stores.door import number
from ifmem.stores.inquiries import Inquiries


@dataclass(frozen=True)
class DeadLetter:
    """A question that was given up. `lives` says how many processes it took with it, by queue; `query` is None if its body expired."""

    id: str
    query: Query | None
    lives: Mapping[str, int]


class DeadLetters:
    """The dead of one set."""

    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys
        self._inquiries = Inquiries(bus, keys)

    async def all(self) -> list[DeadLetter]:
        """The questions that were given up, oldest first."""
        ids = await self.bus.call("LRANGE", self.keys.queue_dead, 0, -1)
        lives = await self.bus.send(*(("HGETALL", self.keys.attempts(id_)) for id_ in ids)) if ids else []
        return [
            DeadLetter(
                id_, await self._inquiries.read_query(id_), {label: number(count) for label, count in counts.items()}
            )
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
