"""The budget under pressure: many askers at once, each of whose calls may cost much, on a limit that has room for few."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.config import Config
from ifmem.core.findings import Usage
from ifmem.core.keys import Keys
from ifmem.core.record import new_id
from ifmem.processes.purse import BusPurse
from ifmem.providers.spending import Call, OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

ASKERS = 16
MOST_USD = 0.01  # of one call
COSTS_USD = 0.004  # in the end
ROOM = 50  # calls at their most


@dataclass
class Spent:
    """Dollars: what was called for, and the most that was ever out at once together with it."""

    paid: float = 0.0
    out: float = 0.0
    highest: float = 0.0
    calls: int = 0
    refused: int = 0
    times_ms: list[float] = field(default_factory=list)


def measure_budget(place: Path, scale: Scale) -> Iterable[Row]:
    """Sixteen askers call as long as the budget lets them."""
    with private_set(write_small_folder(place)) as memory:
        limit = MOST_USD * scale.sized(ROOM)
        config = replace(memory.config, budget_day_usd=limit, budget_hour_usd=limit, budget_question_usd=limit)
        spent = asyncio.run(_spend(config))
    over = max(0.0, spent.highest - limit)
    yield row(f"{ASKERS} askers on one budget: what they had out over it", "$", [round(over, 9)], at_most(0))
    yield row("the same, calls made", "calls", [spent.calls])
    yield row("setting money aside for a call and settling it", "ms", spent.times_ms)


async def _spend(config: Config) -> Spent:
    spent = Spent()
    bus = Bus(bus_url(config))
    try:
        async with asyncio.TaskGroup() as askers:
            for number in range(ASKERS):
                purse = BusPurse(bus, Keys(config.namespace), config, f"asker-{number}")
                askers.create_task(_call_until_refused(purse, spent))
    finally:
        await bus.close()
    return spent


async def _call_until_refused(purse: BusPurse, spent: Spent) -> None:
    while True:
        started = time.perf_counter()
        call = Call(new_id("q"), "answer", "bench", "none", most_usd=MOST_USD)
        try:
            async with purse.paying(call) as bill:
                spent.calls += 1
                spent.out += MOST_USD
                spent.highest = max(spent.highest, spent.paid + spent.out)
                await asyncio.sleep(0)  # the others go on meanwhile
                bill.usage, bill.cost_usd = Usage(output=1), COSTS_USD
                spent.out -= MOST_USD
                spent.paid += COSTS_USD
        except OverBudget:
            spent.refused += 1
            return
        spent.times_ms.append((time.perf_counter() - started) * 1000)
