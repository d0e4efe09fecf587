from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cli.fakes import SpokenMemory
from ifmem.cli.app import run
from ifmem.cli.search_view import table
from ifmem.core.search_plan import Pass, Plan
from ifmem.core.searches import DONE, WORKING, PassState, Search
from ifmem.core.tasks import Task

BEGUN = Search(
    "s_1",
    "Who counts?",
    Plan((Pass("scan"), Pass("monitor"))),
    (PassState("scan", WORKING, "terms", (Task("t_1", "Who?"), Task("t_2", "Why?"))), PassState("monitor")),
    ("docs",),
)
ENDED = replace(BEGUN.with_pass(0, replace(BEGUN.passes[0], state=DONE, new=3)), state=DONE)


class Searched(SpokenMemory):
    uses_models = False

    def search(self, question: str, *, on_progress: Callable[[Search], None], **options: object) -> Search:
        on_progress(BEGUN)
        on_progress(ENDED)
        found: Search = self._say("search", {"question": question, **options})
        return found

    def resume_search(self, search_id: str, *, on_progress: Callable[[Search], None]) -> Search:
        found: Search = self._say("resume_search", search_id)
        return found


def test_the_report_is_on_stdout_and_each_pass_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    memory = Searched(search=ENDED)
    assert run(["search", "Who", "counts?", "--passes", "2", "--workers", "4"], memory) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Who counts?\n")
    assert "scan: 0 of 2 found something, 3 new places\n" in err and "id s_1" in err
    plan = memory.argument("search")["plan"]
    assert [(one.name, one.width) for one in plan.passes] == [("scan", 2), ("validate", 2)]


def test_an_interrupted_search_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "Who counts?"], Searched(search=KeyboardInterrupt())) == 130
    assert "ifmem search --resume s_1" in capsys.readouterr().err


def test_a_search_is_resumed_by_its_id_alone(capsys: pytest.CaptureFixture[str]) -> None:
    memory = Searched(resume_search=ENDED)
    assert run(["search", "--resume", "s_1", "--json"], memory) == 0
    assert Search.from_json(capsys.readouterr().out) == ENDED
    assert run(["search", "--resume", "s_1", "Who?"], memory) == 2


def test_the_table_shows_every_pass_and_what_is_spent() -> None:
    lines = [line.plain for line in table(BEGUN, 80)]
    assert lines[0].split() == ["PASS", "STATE", "WORKERS", "FINDINGS", "NEW", "SPLIT", "BY"]
    assert lines[1].split() == ["scan", "working", "0/2", "0", "0", "terms"]
    assert lines[2].split() == ["monitor", "waiting", "-", "-", "-", "-"]
    assert lines[3] == "s_1 · no model is asked: nothing is spent"
    assert table(replace(BEGUN, budget_usd=0.5), 80)[3].plain == "s_1 · $0.00 of at most $0.50"
    assert "SPLIT" not in table(BEGUN, 30)[0].plain
