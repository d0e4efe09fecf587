from __future__ import annotations

import asyncio

import pytest

from ifmem.processes.allowance import Allowance
from ifmem.providers.spending import Call, OverBudget, Unlimited


def pay(allowance: Allowance, most: float | None, cost: float | None) -> None:
    async def call() -> None:
        async with allowance.paying(Call("q", "answer", "v", "m", most_usd=most)) as bill:
            bill.cost_usd = cost

    asyncio.run(call())


def test_a_call_that_may_cost_more_than_is_left_is_refused_before_it_is_sent() -> None:
    allowance = Allowance(Unlimited(), 1.0)
    pay(allowance, 0.9, 0.3)
    pay(allowance, 0.7, 0.1)
    assert allowance.spent == pytest.approx(0.4)
    with pytest.raises(OverBudget, match="allowance") as refused:
        pay(allowance, 0.61, 0.0)
    assert "$0.4000 of $1.0000" in refused.value.why


def test_what_a_call_did_cost_counts_as_the_most_it_may_have_if_nobody_knows() -> None:
    allowance = Allowance(Unlimited(), 1.0)
    pay(allowance, 0.6, None)
    assert allowance.spent == 0.6


def test_calls_on_their_way_count_in_full() -> None:
    allowance = Allowance(Unlimited(), 1.0)

    async def both() -> None:
        call = Call("q", "answer", "v", "m", most_usd=0.6)
        async with allowance.paying(call), allowance.paying(call):
            pytest.fail("there is no room for two")

    with pytest.raises(OverBudget):
        asyncio.run(both())


def test_without_a_limit_only_the_purse_behind_it_counts() -> None:
    allowance = Allowance(Unlimited(), None)
    pay(allowance, 99.0, 98.0)
    assert allowance.spent == 98.0
