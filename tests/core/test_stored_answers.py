from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding, Usage
from ifmem.core.queries import Query, Turn
from ifmem.core.stored_answers import Kept, digest_of_asking, may_be_reused, repeated, worth_keeping

QUERY = Query("q_2", "Who counts the boats?")
ANSWER = Answer(
    "q_1", "Who  counts the boats?", "The keeper.", True, usage=Usage(100, 0, 0, 9), cost_usd=0.01, asked_again=1
)
FOUND = Finding("f_1", "q_1", "docs", True, "The keeper.")


def test_white_space_does_not_make_another_question() -> None:
    assert digest_of_asking(QUERY, "m") == digest_of_asking(replace(QUERY, question=" Who\tcounts the\n boats? "), "m")


@pytest.mark.parametrize(
    "changes", [{"question": "Who counts the ships?"}, {"shards": ("docs",)}, {"model": "m"}, {"synthesis": False}]
)
def test_what_is_asked_and_of_whom_does(changes: dict[str, Any]) -> None:
    assert digest_of_asking(QUERY, "m") != digest_of_asking(replace(QUERY, **changes), "m")


def test_how_answers_are_made_does_too() -> None:
    assert digest_of_asking(QUERY, "m") != digest_of_asking(QUERY, "n")


def test_it_holds_while_the_same_shards_would_be_asked_and_have_not_changed() -> None:
    kept = Kept(ANSWER, ("docs", "code"), {"docs": "v1", "code": "v1", "history": "v1"})
    same = {"docs": "v1", "code": "v1", "history": "v1", "working": "v9"}
    assert kept.holds(("code", "docs"), same)
    assert not kept.holds(("code", "docs", "working"), same)
    assert not kept.holds(("docs", "code"), {**same, "history": "v2"})
    assert not kept.holds(("docs", "code"), {"docs": "v1", "code": "v1"})


def test_it_reads_its_own_json_back() -> None:
    kept = Kept(ANSWER, ("docs",), {"docs": "v1"})
    assert Kept.from_json(kept.to_json()) == kept


@pytest.mark.parametrize("changes", [{"type": "ping"}, {"follows": "q_1"}, {"history": (Turn("Who?", "He."),)}])
def test_what_belongs_to_a_conversation_is_not_reused(changes: dict[str, Any]) -> None:
    assert may_be_reused(QUERY) and not may_be_reused(replace(QUERY, **changes))


@pytest.mark.parametrize(
    "changes", [{"usage": Usage()}, {"partial": True}, {"error": {"what": "no"}}, {"notes": ("over budget",)}]
)
def test_only_what_cost_something_and_went_well_is_kept(changes: dict[str, Any]) -> None:
    assert worth_keeping(ANSWER, [FOUND]) and worth_keeping(replace(ANSWER, found=False), [FOUND])
    assert not worth_keeping(replace(ANSWER, **changes), [FOUND])


def test_an_answer_of_a_finding_that_broke_off_is_not_kept() -> None:
    assert not worth_keeping(ANSWER, [FOUND, replace(FOUND, stop="truncated")])


def test_a_repeated_answer_is_a_new_one_that_cost_nothing_and_says_so() -> None:
    again = repeated(ANSWER, replace(QUERY, asked_at=99.0), 1.5)
    assert (again.id, again.cached_from, again.question) == ("q_2", "q_1", QUERY.question)
    assert (again.usage, again.cost_usd, again.asked_again) == (Usage(), 0.0, 0)
    assert (again.answer, again.asked_at, again.duration_ms) == ("The keeper.", 99.0, 1.5)
    assert "stored answer" in again.notes[0] and "--fresh" in again.notes[0]
