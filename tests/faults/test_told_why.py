"""Whoever has no answer in time hears what is known: who has the question, who is out of service, who is ahead."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from running_set import RunningSet, eventually

from ifmem.errors import Exit, IfmemError


def told(running: RunningSet, asked: str = "", timeout: float = 0.5) -> str:
    """What an asker hears who does not wait for long."""
    with pytest.raises(IfmemError, match="no answer in time") as error:
        if asked:
            running.memory.answer(asked, timeout=timeout)
        else:
            running.memory.ask("anything", shards=("code",), timeout=timeout)
    assert error.value.exit_code == Exit.TIMED_OUT
    return error.value.why


def test_that_a_shard_works_on_it(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    assert told(running, asked) == "coordinator works on it; docs works on it"
    (tmp_path / "held" / "go").touch()
    assert running.memory.answer(asked).found


def test_that_others_are_ahead_of_it(running: RunningSet, tmp_path: Path) -> None:
    held = [running.hold(tmp_path / str(number)) for number in range(running.config.in_flight)]
    last = running.memory.submit(f"hold {tmp_path}", shards=("docs",))
    queue = running.keys.queue(f"shard:{next(s.number for s in running.memory.status().shards if s.name == 'docs')}")
    eventually(lambda: running.on_bus("LPOS", queue, last) is not None, what="the question waiting")
    assert told(running, last) == "coordinator works on it; it is the next in the queue of docs"
    (tmp_path / "go").touch()
    for number in range(len(held)):
        (tmp_path / str(number) / "go").touch()
    assert all(running.memory.answer(one).found for one in (*held, last))


def test_that_the_coordinator_came_to_it_too_late(running: RunningSet) -> None:
    coordinator = eventually(lambda: running.serving("coordinator"))
    assert coordinator.pid is not None
    os.kill(coordinator.pid, signal.SIGSTOP)
    asked = running.memory.submit("anything", shards=("code",), timeout=0.01)
    error = running.memory.answer(asked).error
    assert error is not None
    assert error["what"] == "no answer in time."
    assert "coordinator was started only" in error["why"]
    assert error["exit_code"] == Exit.TIMED_OUT
