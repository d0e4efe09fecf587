"""A bus, a supervisor or a spawner that is there and never moves again: replaced, or said so with the command that replaces it."""

from __future__ import annotations

import os
import signal
import time

from e2e_cli import ifmem
from running_set import FAST, PATIENCE_S, RunningSet, Start, eventually, is_alive

from ifmem.core.lifecycle import HUNG
from ifmem.processes.launching import end_hung
from ifmem.processes.standstill import HUNG_AFTER_S
from ifmem.stores.bus_server import BusServer
from ifmem.stores.lock import LOCK_FILE

SOON = FAST + "bus_lost_after_s = 1.0\n"


def test_a_bus_that_never_answers_again_is_replaced_and_loses_nothing(start: Start) -> None:
    running = start(settings=SOON, code="Steady")
    lives = {p.name: p.incarnation for p in (*running.memory.status().shards, *running.memory.status().processes)}
    queue, before = running.keys.queue("nobody"), running.bus_pid
    assert running.on_bus("RPUSH", queue, *range(1_000)) == 1_000
    os.kill(before, signal.SIGSTOP)
    answer = running.memory.ask("anything", shards=("code",))
    assert answer.found
    assert running.bus_pid != before
    assert not is_alive(before)
    assert running.on_bus("LLEN", queue) == 1_000
    after = running.memory.status()
    assert {p.name: p.incarnation for p in (*after.shards, *after.processes)} == lives
    eventually(lambda: running.each_answered_once(answer.id))
    running.event("bus", "bus")
    told = [event["text"] for event in running.events("bus")]
    assert told[0] == "the bus answered nothing for 1 s and is being restarted"


def test_a_bus_whose_socket_was_removed_is_replaced(start: Start) -> None:
    running = start(settings=SOON, code="Steady")
    BusServer.of(running.config).socket.unlink()
    assert running.memory.ask("anything", shards=("code",)).found


def test_a_supervisor_that_never_moves_is_told_of_and_replaced_by_up(start: Start) -> None:
    running = start(code="Steady")
    before = _stand_still(running)
    status = running.memory.status()
    assert status.state == HUNG
    assert f"the supervisor (pid {before}) has stood still" in status.reason
    assert status.fix == "Replace it: ifmem up"
    asked = ifmem("-C", str(running.folder), "ask", "--shard", "code", "anything")
    assert asked.code == 0
    assert "Replace it: ifmem up" in asked.err
    doctor = ifmem("-C", str(running.folder), "doctor")
    assert "nobody looks after it" in doctor.out
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert running.supervisor != before
    assert not is_alive(before)
    assert running.memory.ask("anything", shards=("code",)).found


def test_a_supervisor_and_a_spawner_that_never_move_are_replaced_together(start: Start) -> None:
    running = start(settings=FAST.replace("stop_grace_s = 2.0", "stop_grace_s = 0.2"), code="Steady")
    spawner = running.spawner
    os.kill(spawner, signal.SIGSTOP)
    _stand_still(running)
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert not is_alive(spawner)
    assert running.memory.ask("anything", shards=("code",)).found


def test_a_supervisor_that_only_seemed_to_stand_still_is_left_alone(start: Start) -> None:
    """As after its machine was paused, when whoever looks is awake first."""
    running = start(code="Steady")
    before = running.supervisor
    then = time.monotonic() - 2 * HUNG_AFTER_S
    os.utime(running.config.home / LOCK_FILE, (then, then))
    end_hung(running.config)
    assert running.supervisor == before
    assert is_alive(before)


def test_down_wakes_a_supervisor_that_somebody_has_stopped(start: Start) -> None:
    running = start(code="Steady")
    _stand_still(running)
    assert running.memory.down()
    running.nothing_is_left()


def _stand_still(running: RunningSet) -> int:
    """Stop the supervisor, as if long ago; its pid."""
    pid = running.supervisor
    os.kill(pid, signal.SIGSTOP)
    then = time.monotonic() - HUNG_AFTER_S - 1
    os.utime(running.config.home / LOCK_FILE, (then, then))
    return pid
