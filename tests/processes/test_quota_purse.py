from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ifmem.core.findings import Usage
from ifmem.core.keys import Keys
from ifmem.processes.quota_purse import QuotaPurse
from ifmem.providers.numbered_failures import Failed, Server, UsedUp, explain
from ifmem.providers.spending import Bill, Call, OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.librarians import Librarians

KEYS = Keys()
CALL = Call("q_1", "answer", "gemini", "gemini-x")


class Till:
    """A purse that remembers its bills."""

    def __init__(self) -> None:
        self.bills: list[Bill] = []

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        self.bills.append(Bill())
        yield self.bills[-1]


def purse(bus: Bus, till: Till, quota: int = 1, number: int = 2, count: int = 3) -> QuotaPurse:
    return QuotaPurse(till, Librarians(bus, KEYS, quota), number, count)


def test_ones_own_quota_is_taken_first_then_the_next_ones_and_that_is_said(on_bus: Any) -> None:
    async def work(bus: Bus) -> list[dict[str, int]]:
        paying, said = purse(bus, Till()), []
        for _ in range(3):
            async with paying.paying(CALL):
                said.append(dict(paying.borrowed))
        return said

    assert on_bus(work) == [{}, {"q_1": 3}, {"q_1": 1}]


def test_without_any_quota_nothing_is_sent_and_nothing_is_owed(on_bus: Any) -> None:
    till = Till()

    async def work(bus: Bus) -> None:
        async with purse(bus, till, quota=0).paying(CALL):
            raise AssertionError("sent")

    with pytest.raises(OverBudget, match="quota of the day is used up"):
        on_bus(work)
    assert till.bills == [Bill(usage=Usage(), cost_usd=0.0)]


def test_a_vendor_that_says_it_is_used_up_is_believed(on_bus: Any) -> None:
    async def work(bus: Bus) -> int:
        with pytest.raises(UsedUp):
            async with purse(bus, Till(), quota=100).paying(CALL):
                raise UsedUp("the account's credit or limit is used up.")
        return await Librarians(bus, KEYS, 100).left(2)

    assert on_bus(work) == 0


def test_a_spent_limit_is_told_from_a_pause() -> None:
    server = Server("Google", "GEMINI_API_KEY", "https://x", "gemini-x")
    assert isinstance(explain(Failed("per day", 429, spent=True), server), UsedUp)
    assert not isinstance(explain(Failed("per minute", 429), server), UsedUp)
