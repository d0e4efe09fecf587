from __future__ import annotations

import pytest

from ifmem.core.answers import Answer
from ifmem.core.conversation import CUT, MOST_CHARACTERS, MOST_TURNS, conversation
from ifmem.core.queries import Turn


def answers(count: int, text: str = "so") -> dict[str, Answer]:
    """A conversation: `1` came first, each follows the one before."""
    follows = {str(n): str(n - 1) if n > 1 else "" for n in range(1, count + 1)}
    return {n: Answer(n, f"question {n}?", text, True, follows=earlier) for n, earlier in follows.items()}


def test_the_turns_are_in_the_order_in_which_they_were_taken() -> None:
    said = answers(3)
    turns, shortened = conversation(said["3"], said.get)
    assert turns == tuple(Turn(f"question {n}?", "so") for n in (1, 2, 3)) and not shortened


def test_as_many_turns_as_there_is_room_for_are_not_shortened() -> None:
    said = answers(MOST_TURNS)
    turns, shortened = conversation(said[str(MOST_TURNS)], said.get)
    assert len(turns) == MOST_TURNS and not shortened


@pytest.mark.parametrize("count", [MOST_TURNS + 1, MOST_TURNS + 9])
def test_of_a_long_conversation_the_newest_turns_are_kept_and_that_is_known(count: int) -> None:
    said = answers(count)
    turns, shortened = conversation(said[str(count)], said.get)
    assert len(turns) == MOST_TURNS and shortened
    assert turns[-1].question == f"question {count}?"


def test_long_answers_leave_room_for_fewer_turns() -> None:
    said = answers(4, "x" * (MOST_CHARACTERS // 2 - 100))
    turns, shortened = conversation(said["4"], said.get)
    assert [turn.question for turn in turns] == ["question 3?", "question 4?"] and shortened


def test_of_a_last_answer_that_is_too_long_its_beginning_goes_along() -> None:
    [turn], shortened = conversation(Answer("1", "Why?", "y" * 3 * MOST_CHARACTERS, True), {}.get)
    assert turn.answer.endswith(CUT) and turn.question == "Why?" and shortened
    assert MOST_CHARACTERS <= len(turn.question + turn.answer) <= MOST_CHARACTERS + len(CUT)


def test_of_a_last_question_that_is_too_long_its_beginning_goes_along() -> None:
    [turn], shortened = conversation(Answer("1", "w" * 3 * MOST_CHARACTERS, "y" * MOST_CHARACTERS, True), {}.get)
    assert turn.question.endswith(CUT) and turn.answer.endswith(CUT) and shortened
    assert len(turn.question + turn.answer) <= MOST_CHARACTERS + 2 * len(CUT)


def test_a_turn_that_ended_in_an_error_is_passed_over() -> None:
    said = answers(3)
    said["2"] = Answer("2", "question 2?", "", False, follows="1", error={"what": "no answer"})
    turns, shortened = conversation(said["3"], said.get)
    assert [turn.question for turn in turns] == ["question 1?", "question 3?"] and not shortened


def test_an_earlier_turn_that_nobody_has_any_more_is_known_to_be_missing() -> None:
    said = answers(3)
    del said["1"]
    turns, shortened = conversation(said["3"], said.get)
    assert len(turns) == 2 and shortened
