"""Follow-ups without a key: the same conversation, answered extractively, by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from e2e_cli import ifmem
from running_set import FAST, PATIENCE_S, RunningSet, make_project


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    running = RunningSet(make_project(tmp_path_factory.mktemp("talking")), FAST)
    try:
        running.memory.up(timeout=PATIENCE_S)
        yield running
    finally:
        running.end()


def test_a_question_that_leans_on_the_one_before_is_answered(talking: RunningSet) -> None:
    alone = talking.memory.ask("And when?")
    first = talking.memory.ask("Who counts the herring boats?")
    second = talking.memory.ask("And when?", follows=first.id)
    assert (alone.found, first.found, second.found) == (False, True, True)
    assert "every morning" in second.answer
    assert second.follows == first.id


def test_chat_reads_questions_from_a_pipe_and_each_knows_the_last(talking: RunningSet) -> None:
    said = ifmem(
        "chat",
        "--json",
        "-C",
        str(talking.folder),
        stdin=b"Who counts the herring boats?\nAnd when?\n/new\nAnd when?\n",
    )
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0, said
    assert [answer["found"] for answer in answers] == [True, True, False]
    assert answers[1]["follows"] == answers[0]["id"]


def test_resume_with_a_question_follows_up_and_without_one_fetches(talking: RunningSet) -> None:
    folder = ("-C", str(talking.folder))
    first = json.loads(ifmem("ask", "--json", "Who counts the herring boats?", *folder).out)
    second = json.loads(ifmem("ask", "--json", "--resume", first["id"], "And when?", *folder).out)
    assert second["found"] and second["follows"] == first["id"]
    assert json.loads(ifmem("ask", "--json", "--resume", first["id"], *folder).out)["answer"] == first["answer"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "--resume", "q_never"), "there is no question 'q_never'"),
        (("task", "--resume", "t_never"), "there is no task 't_never'"),
        (("search", "--resume", "s_never"), "there is no search 's_never'"),
        (("dead", "retry", "q_never"), "'q_never' is not among the questions that were given up"),
        (("findings", "--shard", "never"), "the shards are: docs, code"),
    ],
)
def test_a_name_that_nobody_knows_is_wrong_usage(talking: RunningSet, arguments: tuple[str, ...], said: str) -> None:
    told = ifmem(*arguments, "-C", str(talking.folder))
    assert (told.code, told.out) == (2, "") and said in told.err


def test_what_nobody_asked_cannot_be_followed(talking: RunningSet) -> None:
    said = ifmem("ask", "--resume", "q_never", "And when?", "-C", str(talking.folder))
    assert said.code == 2 and "there is no question 'q_never'" in said.err
