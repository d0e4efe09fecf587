"""Who splits a question: a model that is told the pass and the findings, or, where it cannot, their words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ifmem.config.loading import load
from ifmem.core.search_plan import Pass, Plan, SubQuestion
from ifmem.core.searches import BY_MODEL, BY_TERMS, PassState, Search
from ifmem.core.tasks import Task
from ifmem.errors import IfmemError
from ifmem.processes.splitting import Split, split
from ifmem.providers.contract import Done, Event, Synthesis, Text
from ifmem.providers.spending import Unlimited

SCAN = Pass("scan", "Plan the scan.", width=2)
SEARCH = Search("s_1", "Who counts the herring boats?", Plan((SCAN,)), (PassState("scan"),), ("docs", "code"))


class Told:
    """Says what the test tells it, and keeps what it was asked."""

    name, model = "told", "told-1"

    def __init__(self, said: str | IfmemError) -> None:
        self.said = said
        self.asked: list[Synthesis] = []

    def __call__(self, *_: Any) -> Told:
        return self

    async def synthesise(self, request: Synthesis) -> AsyncGenerator[Event, None]:
        self.asked.append(request)
        if isinstance(self.said, IfmemError):
            raise self.said
        yield Text(self.said)
        yield Done(found=False, cost_usd=0.01)

    async def close(self) -> None:
        pass


def by(told: Told, folder: Path, search: Search = SEARCH) -> Split:
    return asyncio.run(split(search, SCAN, load(folder, env={}), Unlimited(), told))


def test_a_model_is_told_the_pass_the_question_and_the_shards(tmp_path: Path) -> None:
    told = Told("- [docs] Who keeps the light?\n- Who counts?\n- Who rows?\n")
    found = by(told, tmp_path)
    assert found == Split((SubQuestion("Who keeps the light?", "docs"), SubQuestion("Who counts?")), BY_MODEL, 0.01)
    [request] = told.asked
    assert request.instructions == "Plan the scan." and request.query_id == "s_1"
    assert SEARCH.question in request.question and "docs, code" in request.question


def test_what_was_asked_already_is_not_asked_again(tmp_path: Path) -> None:
    asked = replace(SEARCH, passes=(PassState("scan", tasks=(Task("t", "Who counts?"),)),))
    assert by(Told("- Who counts?\n- Who rows?"), tmp_path, asked).questions == (SubQuestion("Who rows?"),)
    again = by(Told("- Who counts?"), tmp_path, asked)
    assert again.derived == BY_TERMS and "no sub-question" in again.notes[0] and again.cost_usd == 0.01


def test_without_a_model_the_words_of_the_question_do(tmp_path: Path) -> None:
    found = asyncio.run(split(SEARCH, SCAN, load(tmp_path, env={}), None))
    assert found.derived == BY_TERMS and found.notes == ()
    assert found.questions == (SubQuestion(SEARCH.question, "docs"), SubQuestion(SEARCH.question, "code"))


def test_a_model_that_cannot_be_asked_is_named(tmp_path: Path) -> None:
    found = by(Told(IfmemError("the budget is spent.", why="$5.00 today")), tmp_path)
    assert found.derived == BY_TERMS and found.notes == ("the budget is spent. $5.00 today",)
