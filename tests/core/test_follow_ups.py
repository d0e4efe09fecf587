from __future__ import annotations

import pytest

from ifmem.core.follow_ups import leans_back, searchable
from ifmem.core.queries import Turn

BOATS = Turn("Who counts the herring boats?", "The keeper.")
BUS = Turn("How does the embedded Valkey server start?", "By its socket.")


@pytest.mark.parametrize(
    "question",
    ["Why?", "And when?", "And the ledger?", "Where is it configured?", "What about storms?", "Who does that?"],
)
def test_what_has_no_subject_or_points_back_leans_on_the_question_before(question: str) -> None:
    assert leans_back(question)
    assert searchable(question, (BUS, BOATS)) == f"{BOATS.question}\n{question}"


@pytest.mark.parametrize(
    "question",
    [
        "Where is the retry limit configured?",
        "What is Valkey?",
        "How does the supervisor replace a stalled shard when its beats are missing?",
    ],
)
def test_what_has_a_subject_of_its_own_is_searched_for_alone(question: str) -> None:
    assert searchable(question, (BUS, BOATS)) == question


def test_a_chain_of_such_questions_leads_back_to_the_one_with_a_subject() -> None:
    asked = searchable("And why?", (BUS, BOATS, Turn("And when?", "In the morning.")))
    assert asked == f"{BOATS.question}\nAnd when?\nAnd why?"


def test_the_first_question_of_a_conversation_has_nothing_to_lean_on() -> None:
    assert searchable("Why is it so?", ()) == "Why is it so?"
