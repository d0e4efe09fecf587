"""A bus of somebody else's, and one that lost what it knew."""

from __future__ import annotations

import shutil
from pathlib import Path

from e2e_cli import Serve
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project

from ifmem.stores.bus_server import BusServer


def test_with_an_external_redis_nothing_embedded_is_started(tmp_path: Path, server: Serve) -> None:
    running = RunningSet(make_project(tmp_path), FAST, redis_url=server(), namespace="harbour")
    try:
        assert running.memory.up(timeout=PATIENCE_S).ready
        assert not running.memory.status().bus["embedded"]
        assert running.memory.ask("Who counts the herring boats?").found
        assert not [process for process in running.left() if "valkey" in process.info["name"]]
        assert running.on_bus("EXISTS", "{harbour}:set:info") == 1
    finally:
        running.end()
    assert running.on_bus("PING")


def test_with_an_external_redis_up_after_a_killed_supervisor_starts_again(tmp_path: Path, server: Serve) -> None:
    """The dead supervisor's sign of life is still on the bus then."""
    running = RunningSet(make_project(tmp_path), FAST, redis_url=server())
    try:
        running.memory.up(timeout=PATIENCE_S)
        before = running.kill_supervisor()
        assert running.memory.up(timeout=PATIENCE_S).ready
        assert running.supervisor != before
        assert running.memory.ask("Who counts the herring boats?").found
    finally:
        running.end()


def test_two_sets_do_not_share_a_namespace(tmp_path: Path, server: Serve) -> None:
    url = server()
    first = RunningSet(make_project(tmp_path), FAST, redis_url=url)
    second = RunningSet(make_project(tmp_path), FAST, redis_url=url, namespace="second")
    try:
        assert first.memory.up(timeout=PATIENCE_S).ready
        assert second.memory.up(timeout=PATIENCE_S).ready
        assert first.memory.ask("Who counts the herring boats?").found
        assert second.memory.ask("Who counts the herring boats?").found
    finally:
        second.end()
        first.end()


def test_the_newest_findings_are_put_back_on_a_bus_that_lost_everything(tmp_path: Path) -> None:
    running = RunningSet(make_project(tmp_path), FAST)
    try:
        running.memory.up(timeout=PATIENCE_S)
        answer = running.memory.ask("Who counts the herring boats?")
        running.memory.down()
        shutil.rmtree(BusServer.of(running.config).folder)
        running.memory.up(timeout=PATIENCE_S)
        known = [use.finding for use in answer.shards if use.finding]
        assert known
        restored = eventually(lambda: running.on_bus("LRANGE", running.keys.findings, 0, -1))
        assert set(restored) == set(known)
        assert all(running.on_bus("EXISTS", running.keys.finding(one)) for one in known)
    finally:
        running.end()
