"""Librarians on the bus: what each says of itself, its quota of calls a day, and the two channels of the archive."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ifmem.core.findings import Finding
from ifmem.core.keys import BEAT_TTL_S, Keys
from ifmem.core.librarians import number_of
from ifmem.core.queries import Query
from ifmem.stores.bus import Bus

_TODAY = """
local now = tonumber(redis.call('TIME')[1])
local tomorrow = (math.floor(now / 86400) + 1) * 86400
local function left(key)
  redis.call('SET', key, ARGV[1], 'NX', 'EXAT', tomorrow)
  return tonumber(redis.call('GET', key))
end
"""

# KEYS: quotas, one's own first. ARGV: what a quota is in the morning. The place of the quota that gave a call, 0 if none could.
TAKE = (
    _TODAY
    + """
for place, key in ipairs(KEYS) do
  if left(key) > 0 then
    redis.call('DECR', key)
    return place
  end
end
return 0
"""
)

# KEYS: a quota. ARGV: what it is in the morning. How much of it is left.
LEFT = _TODAY + "return left(KEYS[1])"


class Librarians:
    """`full` is the quota of each: how many calls to a model it may make a day (UTC)."""

    def __init__(self, bus: Bus, keys: Keys, full: int) -> None:
        self._bus = bus
        self._keys = keys
        self._full = full

    async def take(self, numbers: Sequence[int]) -> int:
        """One call out of the quota of the first of `numbers` that has one left; whose it was, 0 if none has."""
        quotas = [self._keys.librarian_quota(number) for number in numbers]
        place = await self._bus.call("EVAL", TAKE, len(quotas), *quotas, self._full)
        return numbers[place - 1] if place else 0

    async def use_up(self, number: int) -> None:
        """The vendor says that nothing is left until tomorrow."""
        await self._bus.call("SET", self._keys.librarian_quota(number), 0, "KEEPTTL")

    async def left(self, number: int) -> int:
        return int(await self._bus.call("EVAL", LEFT, 1, self._keys.librarian_quota(number), self._full))

    async def stand(self, number: int, status: str, tokens: int) -> int:
        """Say how a librarian is and what it has loaded; what is left of its quota. It has to be said again every few seconds."""
        left = await self.left(number)
        await self._bus.send(
            ("SET", self._keys.librarian_status(number), status, "EX", BEAT_TTL_S),
            ("SET", self._keys.librarian_capacity(number), tokens),
        )
        return left

    async def announce(self, query: Query, names: Sequence[str]) -> None:
        """Let everyone hear that the archive is asked; these librarians have the question in their queues already."""
        body = {"type": "query", "query_id": query.id, "question": query.question, "librarians": list(names)}
        await self._bus.call("PUBLISH", self._keys.channel_queries, json.dumps({**body, "queued": True}))

    async def respond(self, finding: Finding) -> None:
        """Let everyone hear what a librarian found."""
        body = {
            "type": "response",
            "query_id": finding.query_id,
            "librarian": number_of(finding.shard),
            "finding": finding.id,
            "found": finding.found,
            "answer": finding.text,
            "sources": [citation.place for citation in finding.citations],
            "note": finding.note,
            "error": finding.error,
        }
        await self._bus.call("PUBLISH", self._keys.channel_responses, json.dumps(body))
