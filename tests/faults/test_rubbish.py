"""Somebody who has the password of the bus writes over everything: nobody dies of it, and questions are answered."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project

from ifmem.errors import IfmemError

QUESTION = "Who counts the herring boats?"
RUBBISH = ("", "{", "[]", "null", '{"id": 1}', '{"op": ["quit"]}', "x" * 200_000, b"\xff\xfe")
KINDS = ("question", "finding", "answer", "call", "task", "event", "x", "")


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[RunningSet]:
    found = RunningSet(make_project(tmp_path), FAST)
    try:
        found.memory.up(timeout=PATIENCE_S)
        found.memory.ask(QUESTION)
        yield found
    finally:
        found.end()


def well(found: RunningSet) -> bool:
    """Everyone is ready and nobody had to be restarted."""
    status = found.memory.status()
    return status.ready and not any(process.restarts for process in (*status.shards, *status.processes))


def test_keys_of_another_type(ready: RunningSet) -> None:
    keys = ready.keys
    worked_on = [keys.queue(name) for name in ("coordinator", "shard:2", "shard:3", "dead", "tasks", "watcher")]
    worked_on += [keys.worker_tasks(name) for name in ("coordinator.1", "docs.1", "code.1")]
    for name in (*ready.on_bus("KEYS", "*"), *worked_on, keys.set_control, keys.inbox("coordinator.1")):
        other = ("RPUSH", name, "x") if ready.on_bus("TYPE", name) == "string" else ("SET", name, "x")
        with contextlib.suppress(IfmemError):  # a beat was faster
            ready.on_bus("DEL", name)
            ready.on_bus(*other)
    assert ready.memory.ask("What does the green ledger count?").found
    eventually(lambda: well(ready), what="all as before")


def test_what_is_no_record_wherever_records_are(ready: RunningSet) -> None:
    keys, on_bus = ready.keys, ready.on_bus
    for body in RUBBISH:
        for kind in KINDS:
            on_bus("XADD", keys.journal, "*", "kind", kind, "body", body)
        for queue in ("coordinator", "shard:2", "shard:3", "tasks", "watcher"):
            on_bus("RPUSH", keys.queue(queue), body)
        for name in (keys.set_control, keys.inbox("coordinator.1")):
            on_bus("RPUSH", name, body)
        for field, name in (("docs", keys.set_processes), ("pid", keys.set_info), ("beat", keys.worker_info("docs.1"))):
            on_bus("HSET", name, field, body)
        on_bus("SET", keys.worker_status("docs.1"), body)
    on_bus("HSET", keys.set_counts, time.strftime("asks:%Y-%m-%d", time.gmtime()), "many")
    on_bus("SET", keys.query("q_long"), json.dumps({"id": "q_long", "question": "x" * 5_000_000}))
    on_bus("RPUSH", keys.queue("coordinator"), "q_long")
    answer = ready.memory.ask("What does the green ledger count?")
    assert answer.found
    eventually(lambda: answer.id in {row["id"] for row in ready.archived("answers")}, what="the answer archived")
    eventually(lambda: well(ready), what="all as before")
