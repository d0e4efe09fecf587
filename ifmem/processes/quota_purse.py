"""A librarian's purse: each call to a vendor also takes one out of the librarian's quota of the day, or out of the next one's."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ifmem.processes.patience import until_bus_answers
from ifmem.providers.numbered_failures import UsedUp
from ifmem.providers.spending import Bill, Call, OverBudget, Purse
from ifmem.stores.librarians import Librarians

log = logging.getLogger("ifmem")
PATIENCE_S = 5.0


class QuotaPurse:
    """`borrowed` says of the questions being answered on whose quota that was, if it was not one's own."""

    def __init__(self, purse: Purse, librarians: Librarians, number: int, count: int) -> None:
        self.borrowed: dict[str, int] = {}
        self._purse = purse
        self._librarians = librarians
        self._number = number
        self._ring = [(number - 1 + step) % count + 1 for step in range(count)]

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        """Raises OverBudget without having sent anything."""
        async with self._purse.paying(call) as bill:
            payer = await self._take(call, bill)
            try:
                yield bill
            except UsedUp as error:
                log.warning("the quota of librarian %d is used up: %s", payer, error.why)
                await until_bus_answers(lambda: self._librarians.use_up(payer), PATIENCE_S)
                raise

    async def _take(self, call: Call, bill: Bill) -> int:
        payer = await until_bus_answers(lambda: self._librarians.take(self._ring), PATIENCE_S)
        if not payer:
            bill.was_free()
            raise OverBudget("the librarians' quota of the day is used up.", fix="It is full again tomorrow (UTC)")
        if payer != self._number:
            self.borrowed[call.query_id] = payer
        return payer
