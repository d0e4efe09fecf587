from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.core.costs import Batch, CostReport, report
from ifmem.core.findings import Usage

from .conftest import Puts
from .fakes import SpokenMemory

Capture = pytest.CaptureFixture[str]
NOON = 1_795_262_400
MEASURED = Batch(
    *("2026-11-21", "docs", "answer", "claude-haiku-5-5", 100, 100, 100, Usage(150_000, 90_000, 8_910_000, 20_000)),
    *(125_350_000, Usage(15_000_000, 11_250_000, 89_100_000, 10_000_000), 125_350_000, 925_000_000),
)
UNKNOWN = Batch("2026-11-21", "code", "answer", "llama", 1, 0, 0, Usage(), 0, Usage(), 0, 0)
TOLD = report([MEASURED, UNKNOWN], 30, NOON)
NOTHING = report([], 1, None)


def test_a_terminal_gets_sums_and_the_saving_beside_its_baseline(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["cost"], SpokenMemory(cost=TOLD)) == 0
    lines = stdout.getvalue().splitlines()
    assert lines[0] == "$0.13 in 30 days: 101 calls, as of 2026-11-21T12:00:00Z (prices of 2026-11-21)"
    assert lines[2].split() == ["DAY", "CALLS", "INPUT", "WRITTEN", "READ", "OUTPUT", "COST"]
    assert lines[3].split() == ["2026-11-21", "101", "150k", "90k", "8.9M", "20k", "$0.13"]
    assert ["cache", "read", "8,910,000", "$0.09"] in [line.split() for line in lines]
    assert lines[-1] == "saved $0.80 (86%): $0.13 paid, $0.93 for the same pages re-sent uncached"
    assert max(map(len, lines)) <= 80


def test_what_was_not_measured_is_blank_and_said(terminal: Puts) -> None:
    stdout = terminal("stdout")
    run(["cost"], SpokenMemory(cost=TOLD))
    lines = stdout.getvalue().splitlines()
    assert ["code", "1"] in [line.split() for line in lines]
    assert "not measured, so not in the tokens: 1 call" in lines
    assert "of unknown cost, so not in the dollars: 1 call" in lines


def test_a_cache_that_does_not_pay_is_no_saving(terminal: Puts) -> None:
    stdout = terminal("stdout")
    idle = Batch("2026-11-21", "docs", "warm", "m", 1, 1, 1, Usage(), 50, Usage(50), 1_500_000_000, 1_000_000_000)
    run(["cost"], SpokenMemory(cost=report([idle], 30, NOON)))
    last = stdout.getvalue().splitlines()[-1]
    assert last == "cost 50% more: $1.50 paid, $1.00 for the same pages re-sent uncached"


def test_piped_output_is_complete_and_blank_where_nothing_was_measured(capsys: Capture) -> None:
    run(["cost"], SpokenMemory(cost=TOLD))
    head, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    found = {(row[0], row[1]): dict(zip(head, row, strict=True)) for row in rows}
    assert found["total", "total"]["COST_USD"] == "0.12535"
    assert found["shard", "docs"]["CACHE_READ"] == "8910000"
    assert found["shard", "code"]["INPUT"] == found["shard", "code"]["COST_USD"] == ""
    assert found["model", "llama"]["UNMEASURED"] == "1"


def test_json_has_every_sum(capsys: Capture) -> None:
    run(["cost", "--json"], SpokenMemory(cost=TOLD))
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1 and told["prices_as_of"] == TOLD.prices_as_of
    assert told["total"]["usage"] == {
        "input": 150_000,
        "cache_write": 90_000,
        "cache_read": 8_910_000,
        "output": 20_000,
    }
    assert told["by_shard"][0] == {
        **{"name": "code", "calls": 1, "unmeasured": 1, "unpriced": 1},
        **{"usage": None, "cost_usd": None},
    }
    assert told["saving"]["baseline"] == "the same pages re-sent uncached"


@pytest.mark.parametrize("told", [NOTHING, report([], 30, None)])
def test_no_call_is_said_to_be_none(terminal: Puts, told: CostReport) -> None:
    stdout = terminal("stdout")
    assert run(["cost"], SpokenMemory(cost=told)) == 0
    span = "today" if told.days == 1 else "in 30 days"
    assert stdout.getvalue() == f"no calls to a model {span}\n"


def test_the_days_reach_the_memory() -> None:
    memory = SpokenMemory(cost=NOTHING)
    run(["cost", "--days", "1"], memory)
    assert memory.argument("cost") == {"days": 1}


def test_no_day_at_all_is_refused(capsys: Capture) -> None:
    assert run(["cost", "--days", "0"], SpokenMemory(cost=NOTHING)) == 2
    assert "--days" in capsys.readouterr().err
