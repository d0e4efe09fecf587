from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.cli.plan_view import price
from ifmem.core.plan import Habits, Holding, Plan

from .conftest import Puts
from .fakes import SpokenMemory

Capture = pytest.CaptureFixture[str]
CODE = Holding("code", "claude-haiku-5-5", "5m", 1_000, (84_000, 84_000), measured=True)
WORKING = Holding("working", "", "5m", 1_000, ())
PLAN = Plan((CODE, WORKING), Habits(questions_per_day=3_000), "claude-sonnet-5-5", 600, budget_day_usd=5.0)


def test_a_terminal_gets_the_tables_and_the_verdict(terminal: Puts, capsys: Capture) -> None:
    stdout = terminal("stdout")
    memory = SpokenMemory(plan=PLAN)
    assert run(["plan", "3000"], memory) == 0
    assert memory.argument("plan")["questions_per_day"] == 3000
    text = stdout.getvalue()
    assert "168k    $0.021  $0.011  $0.0011  $0.0087\n" in text
    assert "3,000 questions a day in 8 hours, 0% of them to two shards:" in text
    assert "routed, re-reading every time" in text and "extractive, no model" in text
    assert "\nIt pays: " in text
    assert "Sizes are counted by the vendor" in capsys.readouterr().err


def test_it_plainly_says_not_to(terminal: Puts) -> None:
    stdout = terminal("stdout")
    run(["plan", "5"], SpokenMemory(plan=PLAN.with_questions(5)))
    assert "\nDo not use model shards for this: at 5 questions a day" in stdout.getvalue()


def test_a_pipe_gets_rows_and_the_verdict_beside_them(capsys: Capture) -> None:
    run(["plan"], SpokenMemory(plan=PLAN))
    out, err = capsys.readouterr()
    rows = [line.split("\t") for line in out.splitlines()]
    assert len({len(row) for row in rows}) == 1
    assert rows[1][:5] == ["code", "claude-haiku-5-5", "2", "168000", "counted"]
    assert [row[0] for row in rows[-2:]] == ["routed", "broadcast"]
    assert "It pays: " in err


def test_json_holds_the_whole_plan(capsys: Capture) -> None:
    run(["plan", "--json"], SpokenMemory(plan=PLAN))
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["pays"], said["budget_day_usd"]) == (1, True, 5.0)
    assert said["routed"]["day_usd"] == PLAN.routed.cached
    assert said["routed"]["uncached_year_usd"] == 365 * (PLAN.routed.uncached or 0.0)
    assert said["pays_from_questions_per_day"] == PLAN.pays_from
    assert said["assumed"]["hours"] == 8.0
    code, working = said["shards"]
    assert (code["tokens"], code["measured"], code["pays_from_questions_within_a_life"]) == (168_000, True, 2)
    assert working["question_warm_usd"] is None
    assert said["advice"][0].startswith("It pays: ")


def test_json_of_an_unknown_price_parses(capsys: Capture) -> None:
    unknown = Plan((Holding("code", "some-model", "5m", 1_000, (9_000,)),), budget_day_usd=5.0)
    run(["plan", "--json"], SpokenMemory(plan=unknown))
    said = json.loads(capsys.readouterr().out)
    assert (said["routed"]["day_usd"], said["pays"]) == (None, False)


def test_measure_is_passed_on() -> None:
    memory = SpokenMemory(plan=PLAN)
    run(["plan", "--measure"], memory)
    assert memory.argument("plan")["measure"] is True


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_a_number_that_is_none_is_refused(number: str, capsys: Capture) -> None:
    assert run(["plan", number], SpokenMemory(plan=PLAN)) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, ""),
        (0.0, "$0.00"),
        (1234.5, "$1,234.50"),
        (0.0113, "$0.011"),
        (0.00094, "$0.00094"),
        (0.000012, "$0.000012"),
    ],
)
def test_small_prices_keep_two_digits(amount: float | None, shown: str) -> None:
    assert price(amount) == shown
