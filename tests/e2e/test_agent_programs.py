"""Agent programs behind the shards of a real set: they think they are done, they hang, they die with their shard; no question is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import FAST, RunningSet, eventually, is_alive, make_project

AGENT = Path(__file__).parents[1] / "scripted_agent.py"
QUESTION = "Who counts the herring boats every morning?"


class Program:
    """A set whose shards are an agent program of some manners."""

    def __init__(self, parent: Path, environment: pytest.MonkeyPatch, *manners: str) -> None:
        self.folder = parent / "agent"
        self.folder.mkdir()
        command = f"command:{sys.executable} -S {AGENT} {self.folder} {' '.join(manners)}"
        environment.setenv("IFMEM_PROVIDER", command)
        self.set = RunningSet(make_project(parent), settings=FAST)

    @property
    def starts(self) -> list[int]:
        path = self.folder / "starts"
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    running: list[Program] = []

    def begin(*manners: str) -> Program:
        running.append(Program(tmp_path, monkeypatch, *manners))
        running[-1].set.memory.up()
        return running[-1]

    yield begin
    for one in running:
        one.set.end()


def test_every_question_is_answered_by_one_that_leaves_after_each(start: object) -> None:
    program = start("leave-after")  # type: ignore[operator]
    answers = [program.set.memory.ask(QUESTION, shards=("docs",), fresh=True) for _ in range(3)]
    assert all(answer.found and answer.provider == "command" for answer in answers)
    assert {citation.verification for answer in answers for citation in answer.citations} == {"verified"}
    assert len(program.starts) >= 3
    assert program.set.serving("docs").restarts == 0  # the shard itself has not been harmed


def test_no_question_is_lost_whatever_it_does_between_question_and_answer(start: object) -> None:
    manners = ("leave-once", "goodbye-once", "break-off-once")
    program = start(*manners, "babble")  # type: ignore[operator]
    for manner in manners:
        (program.folder / manner).touch()  # not yet: one of them at a time
    for manner in manners:
        (program.folder / manner).unlink()
        answer = program.set.memory.ask(QUESTION, shards=("docs",), fresh=True)
        assert (program.folder / manner).exists()
        assert answer.found and not answer.error, manner
        assert any("no part of an answer" in note for note in answer.notes)
    assert program.set.serving("docs").restarts == 0
    query_ids = [program.set.memory.submit(QUESTION, shards=("docs",), fresh=True) for _ in range(4)]
    assert all(program.set.memory.answer(query_id).found for query_id in query_ids)
    eventually(lambda: program.set.each_answered_once(*query_ids), what="all in the archive")


def test_one_that_hangs_costs_one_question_and_the_next_is_answered(start: object) -> None:
    program = start("silent-once")  # type: ignore[operator]

    def asked_in_vain() -> bool:
        late = program.set.memory.ask(QUESTION, shards=("docs",), timeout=2.0)
        return bool(late.error) and (program.folder / "silent-once").exists()

    eventually(asked_in_vain, what="the agent asked, and silent")
    assert program.set.memory.ask(QUESTION, shards=("docs",)).found


def test_it_dies_with_its_shard_and_the_question_is_answered_by_the_next(start: object) -> None:
    program = start("silent-once")  # type: ignore[operator]
    memory = program.set.memory
    query_id = memory.submit(QUESTION, shards=("docs",))
    (first,) = eventually(lambda: program.starts, what="the agent asked")
    eventually((program.folder / "silent-once").exists, what="the agent silent")
    program.set.kill("docs")
    answer = memory.answer(query_id)
    assert answer.found
    eventually(lambda: not is_alive(first), what="the agent of the dead shard gone")
