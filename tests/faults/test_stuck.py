"""Processes that are there and do nothing: stopped, looping, holding on. And a bus that is only silent, which is nobody's fault."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from running_set import FAST, PATIENCE_S, RunningSet, Start, eventually

from ifmem.processes.judge import LOOK_EVERY_S

DEFAULTS = "shards.history.enabled = false\nshards.working.enabled = false\n"


def test_a_stopped_shard_is_replaced_within_five_seconds_by_default(start: Start) -> None:
    running = start(settings=DEFAULTS, docs="Obedient")
    before = running.kill("docs", signal.SIGSTOP)
    after = running.replaced(before)
    # By what it waits for; how long the machine takes for the rest is the machine's business.
    assert running.config.lost_after_s + LOOK_EVERY_S + running.event("docs", "died")["pause_s"] < 5.0
    assert after.reason.startswith("restarted: lost: no beat for ")
    assert after.last_exit == "killed by SIGKILL"
    assert running.memory.ask("anything", shards=("docs",)).found


def test_a_shard_in_an_endless_loop_is_lost_and_its_question_goes_to_the_next(
    running: RunningSet, tmp_path: Path
) -> None:
    answer = running.memory.ask(f"spin {tmp_path}", shards=("docs",))
    assert answer.found
    assert [use.attempts for use in answer.shards if use.asked] == [2]
    assert "no beat" in running.event("docs", "lost")["text"]
    eventually(lambda: running.each_answered_once(answer.id))


def test_a_finding_can_be_read_before_a_stopped_archivist_has_written_it(start: Start) -> None:
    running = start(settings=DEFAULTS, docs="Obedient")
    running.kill("archivist", signal.SIGSTOP)
    answer = running.memory.ask("anything", shards=("docs",))
    made = next(use.finding for use in answer.shards if use.finding)
    read = running.memory.finding(made)
    assert read is not None and read.query_id == answer.id


def test_a_question_that_is_held_past_its_deadline_makes_its_shard_stalled(start: Start, tmp_path: Path) -> None:
    running = start(settings=FAST + "stall_margin_s = 0.5\n", docs="Obedient")
    before = eventually(lambda: running.serving("docs"))
    answer = running.memory.ask(f"cling {tmp_path}", shards=("docs",), timeout=3)
    assert not answer.found
    assert answer.error is not None
    after = running.replaced(before)
    assert after.reason.startswith("restarted: stalled")
    assert running.memory.ask("anything", shards=("docs",)).found


def test_one_slow_shard_does_not_use_up_the_time_of_the_others(start: Start, tmp_path: Path) -> None:
    running = start(up=False, docs="Obedient", code="Steady")
    (running.folder / "boats.py").write_text("boats = 3\n")
    running.memory.up(timeout=PATIENCE_S)
    held = tmp_path / "the lighthouse keeper counts the herring boats every morning"
    held.mkdir()
    answer = running.memory.ask(f"hold {held}", timeout=6)
    assert [(use.name, use.found) for use in answer.shards if use.asked] == [("docs", False), ("code", True)]
    assert answer.found
    assert answer.partial


def test_a_silent_bus_gets_nobody_killed(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    before = running.memory.status()
    _silence(running, running.config.lost_after_s * 2)
    (tmp_path / "held" / "go").touch()
    assert running.memory.answer(asked).found
    after = running.memory.status()
    assert [p.incarnation for p in after.shards] == [p.incarnation for p in before.shards]
    assert [p.incarnation for p in after.processes] == [p.incarnation for p in before.processes]
    eventually(lambda: running.each_answered_once(asked))


def test_an_answer_that_waits_for_a_silent_bus_does_not_make_its_shard_stalled(start: Start, tmp_path: Path) -> None:
    running = start(settings=FAST + "stall_margin_s = 1.5\n", docs="Obedient", code="Steady")
    before = running.memory.status()
    asked = running.hold(tmp_path / "held", timeout=3.0)
    _silence(running, 5.5)
    running.memory.answer(asked)
    after = running.memory.status()
    assert [p.incarnation for p in after.shards] == [p.incarnation for p in before.shards]
    assert [p.incarnation for p in after.processes] == [p.incarnation for p in before.processes]


def _silence(running: RunningSet, for_s: float) -> None:
    until = time.monotonic() + for_s
    os.kill(running.bus_pid, signal.SIGSTOP)
    try:
        eventually(lambda: time.monotonic() > until)
    finally:
        os.kill(running.bus_pid, signal.SIGCONT)
