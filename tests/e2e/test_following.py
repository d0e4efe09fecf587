"""Following findings of a real set, through absences of the subscriber and of the set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import FAST, RunningSet, eventually, make_project

from ifmem import Memory


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningSet]:
    found = RunningSet(make_project(tmp_path), settings=FAST)
    try:
        found.memory.up()
        yield found
    finally:
        found.end()


def ask(running: RunningSet) -> str:
    """The id of a finding that has just been made."""
    answer = running.memory.ask("Who counts the herring boats?", shards=("docs",), fresh=True)
    return next(use.finding for use in answer.shards if use.finding)


def test_nothing_is_missed_by_one_who_was_away_nor_while_the_set_was_down(running: RunningSet) -> None:
    first, second = ask(running), ask(running)
    eventually(lambda: len(running.memory.findings()) == 2, what="both archived")
    with Memory(running.folder) as subscriber:
        following = subscriber.follow_findings(after=first)
        assert next(following).id == second
        third = ask(running)
        assert next(following).id == third
        running.memory.down()
        running.memory.up()
        fourth = ask(running)
        assert next(following).id == fourth
        following.close()
