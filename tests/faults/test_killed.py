"""SIGKILL of every process of a set, with a question in it. Nothing is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from running_set import PATIENCE_S, RunningSet, eventually, is_alive

from ifmem.core.findings import Finding
from ifmem.core.lifecycle import STOPPING
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url
from ifmem.stores.hand_off import HandOff, Seat, Stale
from ifmem.stores.lock import read_state


def test_a_shard_in_mid_question(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    before = running.kill("docs")
    (tmp_path / "held" / "go").touch()
    answer = running.memory.answer(asked)
    assert answer.found
    assert [use.attempts for use in answer.shards if use.asked] == [2]
    after = running.replaced(before)
    assert after.last_exit == "killed by SIGKILL"
    eventually(lambda: running.each_answered_once(asked))


def test_a_shard_with_several_questions(running: RunningSet, tmp_path: Path) -> None:
    asked = [running.hold(tmp_path / str(number)) for number in range(5)]
    running.kill("docs")
    for number in range(5):
        (tmp_path / str(number) / "go").touch()
    assert all(running.memory.answer(one).found for one in asked)
    eventually(lambda: running.each_answered_once(*asked))


def test_the_coordinator(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held", shards=("docs", "code"))
    eventually(lambda: running.on_bus("HGET", running.keys.gather(asked), "code"), what="the finding of code")
    before = running.kill("coordinator")
    (tmp_path / "held" / "go").touch()
    answer = running.memory.answer(asked)
    assert answer.found
    assert not answer.partial
    running.replaced(before)
    eventually(lambda: running.each_answered_once(asked))


def test_the_coordinator_restarted_on_request(running: RunningSet, tmp_path: Path) -> None:
    """Its question goes back without blame; what one shard has found already is not waited for again."""
    asked = running.hold(tmp_path / "held", shards=("docs", "code"))
    eventually(lambda: running.on_bus("HGET", running.keys.gather(asked), "code"), what="the finding of code")
    running.memory.restart(("coordinator",), timeout=PATIENCE_S)
    (tmp_path / "held" / "go").touch()
    answer = running.memory.answer(asked)
    assert answer.found
    assert not answer.partial
    eventually(lambda: running.each_answered_once(asked))


def test_the_archivist(running: RunningSet) -> None:
    before = running.kill("archivist")
    answer = running.memory.ask("anything", shards=("code",))
    running.replaced(before)
    eventually(lambda: running.each_answered_once(answer.id))


def test_the_bus(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    shard = running.process("docs")
    before = running.bus_pid
    os.kill(before, signal.SIGKILL)
    (tmp_path / "held" / "go").touch()
    assert running.memory.answer(asked).found
    after = running.process("docs")
    assert running.bus_pid != before
    assert shard is not None
    assert after is not None
    assert after.incarnation == shard.incarnation
    eventually(lambda: running.each_answered_once(asked))


def test_a_question_that_is_put_while_the_bus_is_gone(running: RunningSet) -> None:
    os.kill(running.bus_pid, signal.SIGKILL)
    asked = running.memory.submit("anything", shards=("code",))
    assert running.memory.answer(asked).found
    eventually(lambda: running.each_answered_once(asked))


def test_every_acknowledged_entry_outlives_the_bus(running: RunningSet) -> None:
    queue, count = running.keys.queue("nobody"), 3_000

    for start in range(0, count, 500):
        assert running.on_bus("RPUSH", queue, *range(start, start + 500)) == start + 500
    before = running.bus_pid
    os.kill(before, signal.SIGKILL)
    eventually(lambda: running.memory.status().bus.get("ms") and running.bus_pid != before, what="another bus")
    assert running.on_bus("LRANGE", queue, 0, -1) == [str(number) for number in range(count)]


def test_the_spawner(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    shard, spawner = running.process("docs"), running.spawner
    assert shard is not None
    os.kill(spawner, signal.SIGKILL)
    (tmp_path / "held" / "go").touch()
    running.replaced(shard)
    assert running.memory.answer(asked).found
    assert running.spawner != spawner
    eventually(lambda: running.memory.status().ready, what="ready again")
    eventually(lambda: running.each_answered_once(asked))


def test_the_supervisor(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held")
    running.kill_supervisor()
    eventually(lambda: not running.left_but_the_bus(), what="the children gone")
    (tmp_path / "held" / "go").touch()
    running.memory.up(timeout=PATIENCE_S)
    answer = running.memory.answer(asked)
    assert answer.found
    assert not answer.partial
    eventually(lambda: running.each_answered_once(asked))


def test_the_supervisor_between_two_findings(running: RunningSet, tmp_path: Path) -> None:
    asked = running.hold(tmp_path / "held", shards=("docs", "code"))
    eventually(lambda: running.on_bus("HGET", running.keys.gather(asked), "code"), what="the finding of code")
    running.kill_supervisor()
    running.memory.up(timeout=PATIENCE_S)
    (tmp_path / "held" / "go").touch()
    answer = running.memory.answer(asked)
    assert answer.found
    assert not answer.partial
    eventually(lambda: running.each_answered_once(asked))


def test_the_supervisor_with_up_at_once(running: RunningSet) -> None:
    """Its children and its bus are still leaving when the next supervisor comes."""
    before = running.kill_supervisor()
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert running.supervisor != before
    assert is_alive(running.supervisor)
    assert running.memory.ask("anything", shards=("code",)).found


def test_the_supervisor_with_up_while_its_bus_is_leaving(running: RunningSet) -> None:
    """The spawner holds the lock then, and the bus may still answer; that does not mean that anything runs."""
    before = running.kill_supervisor()
    eventually(lambda: read_state(running.config.home)["state"] == STOPPING, what="the spawner cleaning up")
    assert running.memory.up(timeout=PATIENCE_S).ready
    assert running.supervisor != before
    assert is_alive(running.supervisor)
    assert running.memory.ask("anything", shards=("code",)).found


def test_the_supervisor_and_the_spawner_together(running: RunningSet, tmp_path: Path) -> None:
    """Nobody is left to clean up: each child leaves by itself."""
    asked = running.hold(tmp_path / "held")
    spawner = running.spawner
    os.kill(spawner, signal.SIGKILL)
    running.kill_supervisor()
    eventually(lambda: not running.left_but_the_bus(), what="the children gone")
    (tmp_path / "held" / "go").touch()
    running.memory.up(timeout=PATIENCE_S)
    assert running.memory.answer(asked).found
    eventually(lambda: running.each_answered_once(asked))


def test_what_an_old_incarnation_sends_is_refused(running: RunningSet) -> None:
    before = running.kill("docs")
    after = running.replaced(before)
    old = Seat("docs", before.incarnation, f"shard:{before.number}")
    finding = Finding("f_old", "q_old", "docs", found=True, text="too late", incarnation=before.incarnation)

    async def send() -> str:
        bus = Bus(bus_url(running.config))
        try:
            return await HandOff(bus, running.keys).finish(old, finding)
        finally:
            await bus.close()

    assert after.incarnation > before.incarnation
    with pytest.raises(Stale):
        asyncio.run(send())
    assert running.on_bus("EXISTS", running.keys.gather("q_old"), running.keys.finding("f_old")) == 0
