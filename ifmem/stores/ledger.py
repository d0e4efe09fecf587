"""The ledger: what calls to models have cost, counted on the bus for all processes at once, so that no limit is ever passed.

What a call may cost at most is set aside before it is made and replaced by what it did cost afterwards, exactly once. What a process
that died had set aside stays counted: nobody knows whether its call was billed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ifmem.core.budget import Limits, Refusal, Reservation, Standing, window_of
from ifmem.core.keys import DAY_S, HOUR_S, Keys
from ifmem.stores import ledger_scripts as scripts
from ifmem.stores.bus import Bus

if TYPE_CHECKING:  # `status` need not load it
    from ifmem.core.spending import Payment

KEPT_S = 2 * DAY_S


class Closed(Exception):
    """Nobody has told this bus yet what was spent before. The archivist does so when it starts."""


class Ledger:
    """Amounts are nano-dollars. `now` stands in for the server's clock (epoch seconds) where it is given."""

    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.bus = bus
        self.keys = keys

    async def reserve(
        self, call_id: str, most: int, limits: Limits, *, query_id: str = "", now: int | None = None
    ) -> Reservation | Refusal:
        """Set `most` aside for a call if every limit has room for it. Raises Closed. A repeat with the same id changes nothing."""
        keys = self.keys
        outcome, *rest = await self.bus.call(
            *("EVAL", scripts.RESERVE, 6, keys.spent_open, keys.spent_refused, keys.spent_day(""), keys.spent_hour("")),
            *(keys.spent_question(""), keys.spent_unsettled(""), _clock(now), call_id, most, query_id, KEPT_S),
            *(limits.day, limits.hour, limits.question),
        )
        if outcome == "closed":
            raise Closed
        if outcome == "refused":
            at, limit, spent = rest
            return Refusal(limit, spent, most, at)
        return Reservation(call_id, rest[0], most, query_id)

    async def settle(self, reservation: Reservation, payment: Payment) -> None:
        """Count what the call is charged instead of what was set aside, and journal the payment. A repeat changes nothing."""
        keys, day = self.keys, window_of(reservation.at, "day")
        counters = [keys.spent_day(day), keys.spent_hour(window_of(reservation.at, "hour"))]
        if reservation.query_id:
            counters.append(keys.spent_question(reservation.query_id))
        await self.bus.call(
            *("EVAL", scripts.SETTLE, 3 + len(counters), keys.spent_settled(reservation.id), keys.spent_unsettled(day)),
            *(keys.journal, *counters, reservation.id, payment.charged, payment.to_json(), HOUR_S, KEPT_S),
        )

    async def is_open(self) -> bool:
        return bool(await self.bus.call("EXISTS", self.keys.spent_open))

    async def open(self, at: int, day: int, hour: int) -> bool:
        """Let calls be paid for, counting at least what the archive knows of the day and the hour of `at`. True if the bus had lost
        its counters."""
        keys = self.keys
        counters = (keys.spent_day(window_of(at, "day")), keys.spent_hour(window_of(at, "hour")))
        named = (keys.spent_open, *counters, keys.spent_refused)
        return bool(await self.bus.call("EVAL", scripts.OPEN, len(named), *named, day, hour, KEPT_S))

    async def standing(self, now: int | None = None) -> Standing:
        keys = self.keys
        prefixes = (keys.spent_day(""), keys.spent_hour(""), keys.spent_unsettled(""))
        found = await self.bus.call("EVAL", scripts.STANDING, 4, keys.spent_refused, *prefixes, _clock(now))
        return Standing(*found)

    async def now(self) -> int:
        """The server's clock, epoch seconds."""
        return int((await self.bus.call("TIME"))[0])


def _clock(now: int | None) -> int | str:
    return "" if now is None else now
