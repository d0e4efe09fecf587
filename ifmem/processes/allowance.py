"""A purse within a purse: what one task may spend, whatever the set's own limits still allow."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ifmem.providers.spending import Bill, Call, OverBudget, Purse


class Allowance:
    """At most `most_usd` out of `purse`; a call is refused before it is sent if it could cost more than is left."""

    def __init__(self, purse: Purse, most_usd: float | None) -> None:
        self._purse = purse
        self._most = most_usd
        self.spent = 0.0

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        most = call.most_usd or 0.0
        if self._most is not None and self.spent + most > self._most:
            raise OverBudget(
                "the allowance of this task is spent.",
                why=f"${self.spent:.4f} of ${self._most:.4f}, and the next call may cost ${most:.4f}",
                fix="Allow more: --budget USD",
            )
        self.spent += most  # several calls may be on their way at once
        try:
            async with self._purse.paying(call) as bill:
                yield bill
        except OverBudget:
            self.spent -= most
            raise
        if bill.cost_usd is not None:
            self.spent += bill.cost_usd - most
