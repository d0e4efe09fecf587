"""Processes that crash again and again: over one question, after each answer, before they are ready, soon after."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, Start, eventually
from scripted import MENDED

from ifmem import Memory
from ifmem.errors import IfmemError


def test_a_question_that_kills_its_shard_is_given_up_after_three_attempts(running: RunningSet, tmp_path: Path) -> None:
    held = [running.hold(tmp_path / str(number)) for number in range(2)]
    poison = running.memory.submit(f"die {tmp_path}", shards=("docs",))
    for number in range(2):
        (tmp_path / str(number) / "go").touch()
    answer = running.memory.answer(poison)
    assert not answer.found
    assert answer.error is not None
    assert "died of it 3 times" in answer.error["why"]
    assert len((tmp_path / "begun").read_text().split()) == 3
    assert all(running.memory.answer(one).found for one in held)
    assert running.memory.ask("anything", shards=("docs",)).found
    assert running.memory.status().dead == 1
    eventually(lambda: running.each_answered_once(poison, *held))


def test_a_shard_that_leaves_after_each_answer_is_shown_as_completed(running: RunningSet, tmp_path: Path) -> None:
    asked = []
    for _ in range(3):
        before = eventually(lambda: running.serving("docs"))
        asked.append(running.memory.ask(f"leave {tmp_path}", shards=("docs",)))
        after = running.replaced(before)
        assert after.last_exit == "completed (left with exit code 0 although nobody asked)"
    assert all(answer.found for answer in asked)
    assert "completed" in running.event("docs", "completed")["text"]
    eventually(lambda: running.each_answered_once(*(answer.id for answer in asked)))


def test_a_process_that_never_gets_ready_is_given_up_and_can_be_restarted_when_mended(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MENDED, str(tmp_path / "mended"))
    running = start(
        up=False, settings=FAST.replace("restart_ceiling_s = 0.5", "restart_ceiling_s = 0.1"), docs="Broken"
    )
    with pytest.raises(IfmemError, match="docs failed to start") as failed:
        running.memory.up(timeout=PATIENCE_S)
    assert "never became ready in 5 starts: exit code 7" in failed.value.why
    assert "ifmem restart docs" in failed.value.fix
    shard = running.process("docs")
    assert shard is not None
    assert (shard.state, shard.pid, shard.restarts) == ("failed", None, 4)

    answer = running.memory.ask("Who counts the herring boats?", shards=("docs",))
    assert answer.error is not None
    assert "gave up" in answer.error["why"]

    (tmp_path / "mended").touch()
    assert running.memory.restart(("docs",), timeout=PATIENCE_S).ready
    assert running.memory.ask("anything", shards=("docs",)).found


def test_a_fault_that_no_restart_can_heal_fails_at_once(start: Start) -> None:
    running = start(up=False, docs="Refused")
    with pytest.raises(IfmemError, match="docs failed to start") as failed:
        running.memory.up(timeout=PATIENCE_S)
    assert failed.value.why == "the vendor refused the key. 401"
    assert failed.value.fix == "Set the right key"
    shard = running.process("docs")
    assert shard is not None
    assert (shard.state, shard.restarts, shard.incarnation) == ("failed", 0, 1)


def test_what_a_dead_set_had_announced_is_not_taken_for_the_next_one(start: Start) -> None:
    running = start(up=False, docs="Refused")
    with pytest.raises(IfmemError, match="docs failed to start"):
        running.memory.up(timeout=PATIENCE_S)
    running.kill_supervisor()
    (running.folder / "ifmem.toml").write_text(FAST)
    with Memory(running.folder) as mended:
        assert mended.up(timeout=PATIENCE_S).ready


def test_a_crash_loop_restarts_at_once_and_then_ever_slower_up_to_the_ceiling(start: Start) -> None:
    running = start(settings=FAST.replace("restart_ceiling_s = 0.5", "restart_ceiling_s = 1.5"), docs="Fading")
    eventually(lambda: len(_pauses(running)) >= 4, what="four crashes")
    first, second, third, fourth = _pauses(running)[:4]
    assert first == 0.0
    assert 0.75 <= second <= 1.0
    assert 1.125 <= third <= 1.5
    assert 1.125 <= fourth <= 1.5
    assert third != fourth


def _pauses(running: RunningSet) -> list[float]:
    return [event["pause_s"] for event in running.events("docs") if event["kind"] == "died"]
