from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ifmem.config.loading import load
from ifmem.core.budget import NANO, nano
from ifmem.core.findings import Usage
from ifmem.core.keys import Keys
from ifmem.core.prices import Rates
from ifmem.core.spending import Payment
from ifmem.processes.purse import BusPurse
from ifmem.providers.spending import Call, OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.journal import Journal
from ifmem.stores.ledger import Ledger

KEYS = Keys("test")
CALL = Call("", "answer", "anthropic", "claude-haiku-5-5", "d1", 90_000, most_usd=0.01)
USAGE = Usage(input=1_000, cache_write=0, cache_read=90_000, output=200)
COST = 1_000 * 100 + 90_000 * 10 + 200 * 500  # nano-dollars, by the table of prices
ASKERS = 16


def purse_of(bus: Bus, folder: Path, **budget: float) -> BusPurse:
    wide = {"budget_day_usd": 5.0, "budget_hour_usd": 5.0, "budget_question_usd": 5.0}
    return BusPurse(bus, KEYS, load(folder, env={}, options={**wide, **budget}), "docs")


def with_purse(on_bus: Any, folder: Path, work: Callable[[BusPurse, Bus], Awaitable[Any]], **budget: float) -> Any:
    """Runs `work` with a purse whose ledger is open."""

    async def opened(bus: Bus) -> Any:
        ledger = Ledger(bus, KEYS)
        await ledger.open(await ledger.now(), 0, 0)
        return await work(purse_of(bus, folder, **budget), bus)

    return on_bus(opened)


async def payments(bus: Bus) -> list[Payment]:
    entries = await Journal(bus, KEYS).read("0-0", wait=False)
    return [Payment.from_json(entry.body) for entry in entries if entry.kind == "call"]


async def counted(bus: Bus) -> tuple[int, int]:
    """What counts against the day, and how much of it is set aside."""
    standing = await Ledger(bus, KEYS).standing()
    return standing.day, standing.unsettled


class Vendor:
    """Counts what is sent, and what it could cost at most while it is under way. Bills `cost_usd` for each call."""

    def __init__(self, purse: BusPurse, cost_usd: float) -> None:
        self.purse, self.cost_usd = purse, cost_usd
        self.calls, self.exposed, self.most_exposed = 0, 0, 0

    async def asked(self, call: Call) -> None:
        most, cost = nano(call.most_usd or 0.0), nano(self.cost_usd)
        async with self.purse.paying(call) as bill:
            self.calls += 1
            self.exposed += most
            self.most_exposed = max(self.most_exposed, self.exposed)
            await asyncio.sleep(0)
            bill.usage, bill.cost_usd = USAGE, self.cost_usd
            self.exposed += cost - most

    async def asker(self, tries: int) -> None:
        for _ in range(tries):
            with suppress(OverBudget):
                await self.asked(CALL)


@pytest.mark.parametrize(("cost_usd", "fewest", "most"), [(0.01, 25, 25), (0.004, 40, 62)])
def test_concurrent_askers_never_go_over_the_budget(
    on_bus: Any, tmp_path: Path, cost_usd: float, fewest: int, most: int
) -> None:
    async def work(purse: BusPurse, bus: Bus) -> Vendor:
        vendor = Vendor(purse, cost_usd)
        await asyncio.gather(*(vendor.asker(10) for _ in range(ASKERS)))
        assert await counted(bus) == (vendor.calls * nano(cost_usd), 0)
        return vendor

    vendor = with_purse(on_bus, tmp_path, work, budget_day_usd=0.25)
    assert vendor.most_exposed <= 0.25 * NANO
    assert fewest <= vendor.calls <= most


PROCESS = """
import asyncio, sys
from pathlib import Path
from ifmem.stores.bus import Bus
from processes.test_purse import Vendor, purse_of
async def main():
    bus = Bus(sys.argv[1])
    vendor = Vendor(purse_of(bus, Path(sys.argv[2]), budget_hour_usd=0.25), 0.01)
    await asyncio.gather(*(vendor.asker(10) for _ in range(8)))
    await bus.close()
    print(vendor.calls)
asyncio.run(main())
"""


def test_processes_share_one_budget(on_bus: Any, valkey: str, tmp_path: Path) -> None:
    async def ready(purse: BusPurse, bus: Bus) -> None:
        assert await counted(bus) == (0, 0)

    with_purse(on_bus, tmp_path, ready)
    command = (sys.executable, "-c", PROCESS, valkey, str(tmp_path))
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 25


def test_a_call_stands_in_the_books_as_it_was_billed(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> tuple[list[Payment], tuple[int, int]]:
        async with purse.paying(replace(CALL, query_id="q_1")) as bill:
            bill.usage, bill.cost_usd = USAGE, COST / NANO
        return await payments(bus), await counted(bus)

    [payment], standing = with_purse(on_bus, tmp_path, work)
    assert standing == (COST, 0)
    assert (payment.query_id, payment.process, payment.purpose, payment.model) == ("q_1", "docs", "answer", CALL.model)
    assert (payment.usage, payment.cost, payment.charged) == (USAGE, COST, COST)
    assert payment.by_class == Usage(100_000, 0, 900_000, 100_000)
    assert payment.uncached == 91_000 * 100 + 200 * 500


def test_rates_that_no_table_holds_come_with_the_bill(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> list[Payment]:
        for rates in (None, Rates(1.0, 5.0, 1.0, 1.0, 0.1)):
            async with purse.paying(replace(CALL, model="elsewhere")) as bill:
                bill.usage, bill.cost_usd, bill.rates = USAGE, 0.011, rates
        return await payments(bus)

    unknown, known = with_purse(on_bus, tmp_path, work)
    assert (unknown.cost, unknown.by_class, unknown.uncached) == (11_000_000, None, None)
    assert (known.by_class, known.uncached) == (Usage(1_000_000, 0, 9_000_000, 1_000_000), 92_000_000)


def test_a_call_that_never_came_to_an_end_counts_at_the_most_it_may_have_cost(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> tuple[list[Payment], tuple[int, int]]:
        begun = asyncio.Event()

        async def hang() -> None:
            async with purse.paying(CALL):
                begun.set()
                await asyncio.Event().wait()

        asking = asyncio.create_task(hang())
        await begun.wait()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        return await payments(bus), await counted(bus)

    [payment], standing = with_purse(on_bus, tmp_path, work)
    assert standing == (nano(0.01), 0)
    assert (payment.usage, payment.cost, payment.charged, payment.uncached) == (None, None, nano(0.01), None)


def test_an_asker_who_leaves_while_the_books_are_written_does_not_leave_them_open(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> tuple[int, int]:
        async def ask() -> None:
            async with purse.paying(CALL) as bill:
                bill.usage, bill.cost_usd = USAGE, 0.001
                current = asyncio.current_task()
                assert current is not None
                asyncio.get_running_loop().call_soon(current.cancel)

        with suppress(asyncio.CancelledError):
            await asyncio.create_task(ask())
        while (standing := await counted(bus))[1]:
            await asyncio.sleep(0)
        return standing

    assert with_purse(on_bus, tmp_path, work) == (nano(0.001), 0)


def test_a_call_that_the_vendor_refused_costs_nothing(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> tuple[int, int]:
        with pytest.raises(ConnectionError):
            async with purse.paying(CALL) as bill:
                bill.was_free()
                raise ConnectionError
        return await counted(bus)

    assert with_purse(on_bus, tmp_path, work) == (0, 0)


@pytest.mark.parametrize(
    ("limit", "what"), [("day", "the daily"), ("hour", "the hourly"), ("question", "the question's")]
)
def test_a_refusal_names_the_limit_and_what_to_do(on_bus: Any, tmp_path: Path, limit: str, what: str) -> None:
    async def work(purse: BusPurse, bus: Bus) -> None:
        async with purse.paying(replace(CALL, query_id="q_1")):
            raise AssertionError("sent")

    with pytest.raises(OverBudget, match=f"{what} budget does not cover this call") as refused:
        with_purse(on_bus, tmp_path, work, **{f"budget_{limit}_usd": 0.0})
    assert refused.value.why == "$0.00 of $0.00 are spent or set aside, and this call may cost up to $0.01"
    assert refused.value.fix.startswith(f"Raise budget_{limit}_usd in ifmem.toml")


def test_a_local_server_is_asked_without_a_price_and_stands_in_the_books(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> tuple[list[Payment], tuple[int, int]]:
        async with purse.paying(replace(CALL, model="llama", most_usd=None, local=True)) as bill:
            bill.usage = USAGE
        return await payments(bus), await counted(bus)

    [payment], standing = with_purse(on_bus, tmp_path, work, budget_day_usd=0.0)
    assert standing == (0, 0)
    assert (payment.model, payment.usage, payment.cost, payment.charged) == ("llama", USAGE, None, 0)


def test_a_server_elsewhere_is_not_asked_without_a_price(on_bus: Any, tmp_path: Path) -> None:
    async def work(purse: BusPurse, bus: Bus) -> None:
        async with purse.paying(replace(CALL, model="llama", most_usd=None)):
            raise AssertionError("sent")

    with pytest.raises(OverBudget, match="no price is known for llama"):
        with_purse(on_bus, tmp_path, work)


def test_nothing_is_sent_while_the_budget_cannot_be_asked(tmp_path: Path) -> None:
    async def work() -> None:
        async with purse_of(Bus(f"unix://{tmp_path}/none.sock"), tmp_path, ask_timeout_s=0.1).paying(CALL):
            raise AssertionError("sent")

    with pytest.raises(BusLost):
        asyncio.run(work())


def test_a_ledger_that_opens_late_is_waited_for(on_bus: Any, tmp_path: Path) -> None:
    async def work(bus: Bus) -> list[Payment]:
        ledger = Ledger(bus, KEYS)

        async def pay() -> None:
            async with purse_of(bus, tmp_path).paying(CALL) as bill:
                bill.was_free()

        paying = asyncio.create_task(pay())
        await asyncio.wait((paying,), timeout=0.05)
        assert not paying.done()
        await ledger.open(await ledger.now(), 0, 0)
        await paying
        return await payments(bus)

    assert len(on_bus(work)) == 1
