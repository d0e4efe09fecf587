"""The purse of a process: pays for its calls to models out of the one budget of the set, and puts each of them into the books."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from ifmem.config import Config
from ifmem.core.budget import Limits, Refusal, Reservation, nano
from ifmem.core.keys import Keys
from ifmem.core.record import new_id
from ifmem.core.spending import Payment, cost_by_class, rates_of, uncached_cost
from ifmem.errors import IfmemError
from ifmem.processes.patience import until_bus_answers
from ifmem.providers.spending import Bill, Call, OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.ledger import Closed, Ledger

log = logging.getLogger("ifmem")
OPEN_WITHIN_S = 5.0  # the archivist counts what was spent before in milliseconds, if it runs
LOOK_AGAIN_S = 0.1


class BusPurse:
    """`process` is the name under which the calls stand in the books."""

    def __init__(self, bus: Bus, keys: Keys, config: Config, process: str) -> None:
        self._ledger = Ledger(bus, keys)
        self._limits = Limits.set_in(config)
        self._patience_s = config.ask_timeout_s
        self._process = process
        self._settling: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        """Raises OverBudget, or BusLost if the budget cannot be asked: no call is made without its money set aside."""
        reservation = await self._set_aside(call)
        bill = Bill()
        try:
            yield bill
        finally:
            settling = asyncio.create_task(self._settle(reservation, self._payment(call, reservation, bill)))
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)
            await asyncio.shield(settling)  # an asker who leaves does not leave the books open

    async def _set_aside(self, call: Call) -> Reservation:
        call_id = new_id("c")
        if call.most_usd is None and not call.local:
            raise _unpriced(call)
        if not call.most_usd:
            at = await until_bus_answers(self._ledger.now, self._patience_s)
            return Reservation(call_id, at, 0, call.query_id)
        outcome = await self._reserve(call_id, nano(call.most_usd), call.query_id)
        if isinstance(outcome, Refusal):
            what, why, fix = outcome.explained(self._limits)
            raise OverBudget(what, why=why, fix=fix)
        return outcome

    async def _reserve(self, call_id: str, most: int, query_id: str) -> Reservation | Refusal:
        async def reserve() -> Reservation | Refusal:
            return await self._ledger.reserve(call_id, most, self._limits, query_id=query_id)

        clock = asyncio.get_running_loop().time
        closed_until = clock() + OPEN_WITHIN_S
        while True:
            try:
                return await until_bus_answers(reserve, self._patience_s)
            except Closed:
                if clock() > closed_until:
                    raise _not_counted() from None
                await asyncio.sleep(LOOK_AGAIN_S)

    def _payment(self, call: Call, reservation: Reservation, bill: Bill) -> Payment:
        usage, cost = bill.usage, None if bill.cost_usd is None else nano(bill.cost_usd)
        rates = bill.rates or (rates_of(call.model, usage) if usage else None)
        return Payment(
            id=reservation.id,
            at=reservation.at,
            query_id=call.query_id,
            process=self._process,
            purpose=call.purpose,
            provider=call.provider,
            model=call.model,
            page=call.page,
            tokens=call.tokens,
            usage=usage,
            cost=cost,
            charged=reservation.most if cost is None else cost,
            by_class=cost_by_class(rates, usage, cost) if rates and usage and cost is not None else None,
            uncached=uncached_cost(rates, call.purpose, usage) if rates and usage and cost is not None else None,
        )

    async def _settle(self, reservation: Reservation, payment: Payment) -> None:
        async def settle() -> None:
            await self._ledger.settle(reservation, payment)

        try:
            await until_bus_answers(settle, self._patience_s)
        except IfmemError as error:  # the answer is there, and what was set aside stays counted
            log.warning("call %s could not be settled: %s %s", payment.id, error.what, error.why)


def _unpriced(call: Call) -> OverBudget:
    return OverBudget(
        f"no price is known for {call.model}.",
        why="what has no price cannot be kept within a budget, so only servers on this machine or network are asked for it",
        fix="Set a model that has a price, or a base_url with a loopback or private address",
    )


def _not_counted() -> OverBudget:
    return OverBudget(
        "it is not known what was spent before.",
        why="the archivist has not told the bus yet",
        fix="See whether it runs: ifmem status --wide",
    )
