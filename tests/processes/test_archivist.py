from __future__ import annotations

import asyncio
import os
from functools import reduce
from pathlib import Path
from typing import Any

from running_set import PATIENCE_S

from ifmem.config.loading import load
from ifmem.core.budget import NANO, Limits
from ifmem.core.costs import CostReport, report
from ifmem.core.findings import Usage
from ifmem.core.keys import Keys
from ifmem.core.spending import Payment
from ifmem.processes.archivist import Archivist
from ifmem.processes.purse import BusPurse
from ifmem.processes.seat import Assignment
from ifmem.providers.spending import Call
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.journal import Journal
from ifmem.stores.ledger import Ledger

KEYS = Keys()
LATER_MS = 4_000_000_000_000
CALLS = (
    ("docs", "answer", "claude-haiku-5-5", Usage(1_234, 0, 90_001, 217), 0.00114),
    ("docs", "warm", "claude-haiku-5-5", Usage(3, 90_001, 0, 1), 0.0112508),
    ("coordinator", "synthesis", "claude-sonnet-5-5", Usage(4_321, 0, 0, 999), 0.018632),
    ("code", "answer", "claude-haiku-5-5", None, None),
)


class Books(Archivist):
    """An archivist without the loop: its archive is opened by the test."""

    def __init__(self, url: str, folder: Path, archive: Archive) -> None:
        settings = load(folder, env={}, options={"redis_url": url})
        super().__init__(Assignment("archivist", "archivist", 0, 1), settings, os.open(os.devnull, os.O_WRONLY), 0)
        self.archive = archive

    async def keep(self) -> list[Payment]:
        """Record what the journal holds; returns the payments in it."""
        entries = await self.journal.read(self.archive.position(), wait=False)
        await self.record(entries, self.archive.position())
        return [Payment.from_json(entry.body) for entry in entries if entry.kind == "call"]


async def pay_for_everything(bus: Bus, folder: Path) -> None:
    settings = load(folder, env={})
    for process, purpose, model, usage, cost in CALLS:
        call = Call("q_1", purpose, "anthropic", model, "d1", 90_000, most_usd=0.02)
        async with BusPurse(bus, KEYS, settings, process).paying(call) as bill:
            bill.usage, bill.cost_usd = usage, cost


def told(archive: Archive) -> CostReport:
    return report(archive.spending(0), 30, archive.last_call_at())


def test_the_report_is_the_sum_of_the_usage_records_to_the_last_token(valkey: str, on_bus: Any, tmp_path: Path) -> None:
    async def work(bus: Bus) -> tuple[list[Payment], CostReport]:
        with Archive.writing(tmp_path / "a.db") as archive:
            books = Books(valkey, tmp_path, archive)
            await books.restore()
            await pay_for_everything(bus, tmp_path)
            payments = await books.keep()
            await books.bus.close()
            return payments, told(archive)

    payments, summed = on_bus(work)
    assert summed.total.usage == reduce(Usage.plus, [one.usage for one in payments if one.usage])
    assert summed.total.usage == reduce(Usage.plus, [usage for *_, usage, _ in CALLS if usage])
    assert round((summed.total.cost_usd or 0) * NANO) == sum(one.cost or 0 for one in payments)
    assert (summed.total.calls, summed.total.unmeasured, summed.total.unpriced) == (4, 1, 1)
    assert [line.name for line in summed.by_shard] == ["code", "coordinator", "docs"]
    assert summed.as_of == max(one.at for one in payments)


def test_a_bus_that_lost_everything_is_told_what_was_spent_today(valkey: str, on_bus: Any, tmp_path: Path) -> None:
    async def work(bus: Bus) -> tuple[int, int, int]:
        with Archive.writing(tmp_path / "a.db") as archive:
            books = Books(valkey, tmp_path, archive)
            await books.restore()
            await pay_for_everything(bus, tmp_path)
            payments = await books.keep()
            await bus.call("FLUSHALL")
            await books.restore()
            standing = await Ledger(bus, KEYS).standing()
            await books.bus.close()
            return sum(one.charged for one in payments), standing.day, standing.hour

    charged, day, hour = on_bus(work)
    assert charged == day == hour > 0


def test_an_archivist_at_work_opens_the_ledger_of_a_bus_that_lost_everything(
    valkey: str, on_bus: Any, tmp_path: Path
) -> None:
    async def work(bus: Bus) -> Any:
        with Archive.writing(tmp_path / "a.db") as archive:
            books = Books(valkey, tmp_path, archive)
            serving = asyncio.create_task(books.serve())
            await Journal(bus, KEYS).append("event", {"kind": "died"})
            while not await books.ledger.is_open():
                await asyncio.sleep(0)
            books.stopping.set()
            await serving
            await books.bus.close()
            return await Ledger(bus, KEYS).reserve("c_1", 1, Limits(10, 10, 10))

    assert on_bus(work).most == 1


def test_a_bus_that_comes_back_with_an_earlier_clock_loses_nothing_that_it_is_told(
    valkey: str, on_bus: Any, tmp_path: Path
) -> None:
    async def work(bus: Bus) -> list[str]:
        with Archive.writing(tmp_path / "a.db") as archive:
            books = Books(valkey, tmp_path, archive)
            await books.restore()
            body = ("kind", "event", "body", '{"text": "told"}')
            await bus.call("XADD", KEYS.journal, f"{LATER_MS}-0", *body)
            serving = asyncio.create_task(books.serve())
            async with asyncio.timeout(PATIENCE_S):
                while await bus.call("XLEN", KEYS.journal):
                    pass
                later = ("XADD", KEYS.journal, f"{LATER_MS}-1", *body)
                await bus.send(("FLUSHALL",), ("XADD", KEYS.journal, "*", *body), later)
                while await bus.call("XLEN", KEYS.journal):
                    pass
            books.stopping.set()
            await serving
            await books.bus.close()
            return [event["text"] for event in archive.events(9)]

    assert on_bus(work) == ["told", "told", "told"]
