"""What chaos found once: each of these lost a question, restarted somebody healthy, or ended a set."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path

from running_set import RunningSet, eventually, is_alive


def test_a_spawner_that_stands_still_is_replaced(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    before = running.spawner
    os.kill(before, signal.SIGSTOP)
    eventually(lambda: not is_alive(before), what="the spawner gone")
    (tmp_path / "held" / "go").touch()
    assert running.memory.answer(asked).found
    eventually(lambda: running.memory.status().ready, what="ready again")
    assert running.spawner != before


def test_an_archive_that_is_locked_is_waited_for(running: RunningSet) -> None:
    archivist = eventually(lambda: running.serving("archivist"))
    with contextlib.closing(sqlite3.connect(running.config.archive)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = running.memory.ask("anything", shards=("code",))
        log = running.config.logs / "archivist.log"
        eventually(lambda: "database is locked" in log.read_text(), what="the archivist waiting")
        other.rollback()
    eventually(lambda: running.each_answered_once(answer.id))
    after = eventually(lambda: running.serving("archivist"))
    assert after.incarnation == archivist.incarnation


def test_a_bus_that_takes_no_more_data_gets_nobody_killed_and_loses_nothing(
    running: RunningSet, tmp_path: Path
) -> None:
    asked = running.hold(tmp_path / "held")
    before = running.memory.status()
    running.on_bus("CONFIG", "SET", "maxmemory", 1)
    (tmp_path / "held" / "go").touch()
    until = time.monotonic() + running.config.lost_after_s * 1.5
    eventually(lambda: time.monotonic() > until)
    running.on_bus("CONFIG", "SET", "maxmemory", 0)
    assert running.memory.answer(asked).found
    after = running.memory.status()
    assert [p.incarnation for p in after.shards] == [p.incarnation for p in before.shards]
    assert [p.incarnation for p in after.processes] == [p.incarnation for p in before.processes]
    eventually(lambda: running.each_answered_once(asked))


def test_a_question_whose_bus_lost_everything_is_answered_and_what_was_remembered_comes_back(
    running: RunningSet, tmp_path: Path
) -> None:
    old = running.memory.ask("anything", shards=("code",))
    eventually(lambda: running.each_answered_once(old.id))
    folder = tmp_path / "held"
    folder.mkdir()
    asked = running.memory.submit(f"hold {folder}", shards=("docs",))
    eventually((folder / "begun").exists, what="the question begun")
    _empty_bus(running)
    (folder / "go").touch()
    assert running.memory.ask(f"hold {folder}", shards=("docs",)).found
    eventually(lambda: running.on_bus("EXISTS", running.keys.answer(old.id)), what="the answer back on the bus")
    findings = [use.finding for use in old.shards if use.finding]
    assert running.on_bus("EXISTS", *map(running.keys.finding, findings)) == len(findings)
    assert running.memory.answer(asked).found


def test_a_question_that_waits_and_that_nobody_waits_for_outlives_the_bus(running: RunningSet) -> None:
    coordinator = eventually(lambda: running.serving("coordinator"))
    assert coordinator.pid is not None
    os.kill(coordinator.pid, signal.SIGSTOP)
    asked = running.memory.submit("anything", shards=("code",))
    eventually(lambda: asked in {row["id"] for row in running.archived("questions")}, what="the question recorded")
    _empty_bus(running)
    running.replaced(coordinator)
    assert running.memory.answer(asked).found
    eventually(lambda: running.each_answered_once(asked))


def test_a_question_that_was_given_up_is_listed_and_asked_again(running: RunningSet, tmp_path: Path) -> None:
    poison = running.memory.submit(f"die {tmp_path}", shards=("docs",))
    assert "died of it 3 times" in str(running.memory.answer(poison).error)
    eventually(running.memory.dead, what="the dead letter")
    (letter,) = running.memory.dead()
    assert (letter.id, list(letter.lives.values())) == (poison, [3])
    again = running.memory.retry(poison)
    assert "died of it 3 times" in str(running.memory.answer(again).error)
    eventually(lambda: [one.id for one in running.memory.dead()] == [again], what="the new dead letter")


def _empty_bus(running: RunningSet) -> None:
    before = running.bus_pid
    os.kill(before, signal.SIGSTOP)
    shutil.rmtree(running.config.home / "bus")
    os.kill(before, signal.SIGKILL)
    eventually(lambda: running.memory.status().bus.get("ms") and running.bus_pid != before, what="another bus")
