"""What calls to models cost, across a set that is killed and restarted: status, cost and the limits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_cli import ifmem
from running_set import FAST, RunningSet, eventually, make_project

from ifmem.core.findings import Usage
from ifmem.processes.purse import BusPurse
from ifmem.providers.spending import Call, OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

CALL = Call("q_1", "answer", "anthropic", "claude-haiku-5-5", "d1", 90_000, most_usd=0.02)
USAGE = Usage(1_000, 0, 90_000, 200)
SPENT_USD = 0.03  # three calls of a cent each


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set that has made three calls and was refused the fourth."""
    found = RunningSet(make_project(tmp_path_factory.mktemp("budget")), settings="budget_day_usd = 0.045\n" + FAST)
    try:
        found.memory.up()
        for _ in range(3):
            pay(found, cost_usd=0.01)
        with pytest.raises(OverBudget, match="the daily budget does not cover this call"):
            pay(found, cost_usd=0.01)
        yield found
    finally:
        found.end()


def pay(running: RunningSet, cost_usd: float) -> None:
    async def paid() -> None:
        bus = Bus(bus_url(running.config))
        try:
            async with BusPurse(bus, running.keys, running.config, "docs").paying(CALL) as bill:
                bill.usage, bill.cost_usd = USAGE, cost_usd
        finally:
            await bus.close()

    asyncio.run(paid())


def told(running: RunningSet, command: str) -> Any:
    ran = ifmem(command, "--json", "-C", str(running.folder))
    assert ran.code == 0, ran
    return json.loads(ran.out)


def test_status_tells_what_is_spent_and_which_limit_is_reached(spent: RunningSet) -> None:
    status = told(spent, "status")
    assert status["spent_today_usd"] == SPENT_USD
    assert status["budget"]["reached"] == "day"
    assert status["budget"]["note"].startswith("the daily budget did not cover the last call ($0.03 of $0.04 spent")


def test_cost_is_the_sum_of_the_calls_and_says_what_was_saved(spent: RunningSet) -> None:
    eventually(lambda: len(spent.archived("calls")) == 3, what="three calls in the archive")
    report = told(spent, "cost")
    assert report["total"]["usage"] == {"input": 3_000, "cache_write": 0, "cache_read": 270_000, "output": 600}
    assert report["total"]["cost_usd"] == SPENT_USD
    assert [line["name"] for line in report["by_shard"]] == ["docs"]
    assert report["saving"]["paid_usd"] == SPENT_USD


def test_a_killed_bus_and_a_new_start_forget_nothing(spent: RunningSet) -> None:
    before = spent.bus_pid
    os.kill(before, signal.SIGKILL)
    eventually(lambda: spent.memory.status().ready and spent.bus_pid != before, what="the bus replaced")
    assert spent.memory.status().spent_today_usd == SPENT_USD
    spent.memory.down()
    assert spent.memory.cost().total.cost_usd == SPENT_USD
    spent.memory.up()
    assert spent.memory.status().spent_today_usd == SPENT_USD
    with pytest.raises(OverBudget):
        pay(spent, cost_usd=0.01)


def test_nothing_has_been_spent_where_nothing_ran(tmp_path: Path) -> None:
    ran = ifmem("cost", "--json", "-C", str(tmp_path))
    assert (ran.code, json.loads(ran.out)["total"]["calls"]) == (0, 0)
