"""Starting what runs, stopping what does not, and stopping what does not want to."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from running_set import FAST, PATIENCE_S, RunningSet, Start, eventually, is_alive

from ifmem import Memory
from ifmem.errors import IfmemError
from ifmem.stores.lock import is_locked, read_state


def test_up_twice_and_down_twice(running: RunningSet) -> None:
    before = running.supervisor
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert running.supervisor == before
    assert running.memory.down()
    running.nothing_is_left()
    assert not running.memory.down()
    assert running.memory.up(timeout=PATIENCE_S).ready


def test_two_ups_at_the_same_moment_make_one_set(start: Start) -> None:
    """Loading takes longer than a supervisor waits for the lock."""
    slow = 'shards.docs.sources = [{ kind = "command", command = "sleep 4; echo done" }]\n'
    running = start(up=False, settings=FAST + slow)

    def up() -> bool:
        with Memory(running.folder) as memory:
            return memory.up(timeout=PATIENCE_S).ready

    with ThreadPoolExecutor(2) as both:
        assert [future.result() for future in [both.submit(up), both.submit(up)]] == [True, True]
    supervisors = [p for p in running.left() if "supervisor" in " ".join(p.info["cmdline"])]
    assert [process.pid for process in supervisors] == [running.supervisor]


def test_up_without_waiting_and_down_at_once_leave_nothing(start: Start) -> None:
    running = start(up=False)
    running.memory.up(wait=False)
    assert running.memory.down()
    running.nothing_is_left()


def test_up_while_down_is_under_way_starts_again(start: Start) -> None:
    running = start(settings=FAST.replace("stop_grace_s = 2.0", "stop_grace_s = 1.0"), docs="Stubborn")
    before = running.supervisor
    os.kill(before, signal.SIGTERM)
    eventually(lambda: read_state(running.config.home)["state"] == "stopping")
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert running.supervisor != before


def test_down_waits_its_grace_for_a_child_that_ignores_it_and_then_kills(start: Start) -> None:
    running = start(settings=FAST.replace("stop_grace_s = 2.0", "stop_grace_s = 1.0"), docs="Stubborn")
    shard = running.process("docs")
    assert shard is not None
    assert shard.pid is not None
    began = time.monotonic()
    assert running.memory.down()  # which raises if it takes much longer than the grace
    assert time.monotonic() - began >= running.config.stop_grace_s
    assert not is_alive(shard.pid)
    running.nothing_is_left()


def test_down_hands_back_the_question_in_flight_and_the_next_set_answers_it(
    running: RunningSet, tmp_path: Path
) -> None:
    asked = running.hold(tmp_path / "held")
    assert running.memory.down()
    (tmp_path / "held" / "go").touch()
    running.memory.up(timeout=PATIENCE_S)
    assert running.memory.answer(asked).found
    eventually(lambda: running.each_answered_once(asked))


def test_two_who_wait_for_the_same_answer_both_get_it(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")

    def wait() -> bool:
        with Memory(running.folder) as memory:
            return memory.answer(asked).found

    with ThreadPoolExecutor(2) as both:
        answers = [both.submit(wait), both.submit(wait)]
        (tmp_path / "held" / "go").touch()
        assert [answer.result() for answer in answers] == [True, True]


def test_down_kill_ends_everything_at_once(start: Start, tmp_path: Path) -> None:
    running = start(docs="Obedient")
    running.hold(tmp_path / "held")
    assert running.memory.down(kill=True)
    running.nothing_is_left()


def test_down_ends_what_a_loading_shard_has_started(start: Start) -> None:
    running = start(up=False, settings=FAST + _sleeping("98761.5"))
    running.memory.up(wait=False)
    eventually(lambda: _sleepers("98761.5"), what="the command of a source running")
    assert running.memory.down()
    eventually(lambda: not _sleepers("98761.5"), what="the command gone")


def test_what_a_killed_shard_had_started_is_killed(start: Start) -> None:
    running = start(up=False, settings=FAST + _sleeping("98762.5"))
    running.memory.up(wait=False)
    first = eventually(lambda: _sleepers("98762.5"), what="the command of a source running")
    shard = eventually(lambda: running.process("docs"))
    assert shard.pid is not None
    os.kill(shard.pid, signal.SIGKILL)
    eventually(lambda: not any(is_alive(pid) for pid in first), what="the first command gone")


def test_what_the_shards_of_a_killed_supervisor_had_started_is_killed(start: Start) -> None:
    running = start(up=False, settings=FAST + _sleeping("98763.5"))
    running.memory.up(wait=False)
    eventually(lambda: _sleepers("98763.5"), what="the command of a source running")
    running.kill_supervisor()
    eventually(lambda: not _sleepers("98763.5"), what="the command gone")
    eventually(lambda: not running.left(), what="no process left")


def test_a_supervisor_killed_while_it_starts_leaves_nothing(start: Start) -> None:
    running = start(up=False)
    running.memory.up(wait=False)
    eventually(lambda: is_locked(running.config.home))
    running.kill_supervisor()
    eventually(lambda: not running.left(), what="no process left")
    assert running.memory.up(timeout=PATIENCE_S).ready


def test_a_second_set_on_the_same_state_is_refused_a_lock(running: RunningSet) -> None:
    from ifmem.stores.lock import AlreadyRunning, hold_lock

    with pytest.raises(AlreadyRunning), hold_lock(running.config.home, 0.05):
        raise IfmemError("held twice")


def _sleeping(seconds: str) -> str:
    return f'shards.docs.sources = [{{ kind = "command", command = "sleep {seconds}", timeout_s = 600 }}]\n'


def _sleepers(seconds: str) -> list[int]:
    """The pids of everything that sleeps for just this long; a number no other test uses."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if seconds in " ".join(process.info["cmdline"] or ()) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found
