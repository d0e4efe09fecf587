from __future__ import annotations

import json
import time

import pytest

from cli.fakes import SpokenMemory, a_finding
from ifmem.cli.app import run
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.tasks import HELP, Task, TaskStatus

FOUND = a_finding(
    worker="worker-3",
    provider="extractive",
    model="passages",
    duration_ms=12.0,
    citations=(Citation("src/bus.py", 10, 18, "def retry():", "ab" * 32, "code", "verified", 3.2),),
)
TASKS = [
    TaskStatus(Task("t_2", "Who\tcalls it?", shard="code", asked_at=time.time()), "working", "worker-1.4"),
    TaskStatus(Task("t_1", "Where?", priority="high", asked_at=time.time()), "failed", "worker-2", "f_1", "no vendor"),
]


class Working(SpokenMemory):
    """A memory whose workers were told what to find."""

    def submit_task(self, question: str, **options: object) -> str:
        return str(self._say("submit_task", {"question": question, **options}))

    def task_finding(self, task_id: str, *, timeout: float | None) -> Finding:
        found: Finding = self._say("task_finding", {"id": task_id, "timeout": timeout})
        return found

    def tasks(self, *, limit: int) -> list[TaskStatus]:
        told: list[TaskStatus] = self._say("tasks", limit)
        return told


def test_the_finding_is_on_stdout_and_its_receipt_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    memory = Working(submit_task="t_1", task_finding=FOUND)
    assert run(["task", "Where?", "--shard", "code", "--priority", "low"], memory) == 0
    out, err = capsys.readouterr()
    assert out == "Retries are in bus.py.\n"
    assert "src/bus.py:10-18  verified  code" in err
    assert "worker-3 with the context of code · 12ms · $0.00 · extractive passages" in err
    assert memory.argument("submit_task")["priority"] == "low"


def test_a_task_need_not_be_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    memory = Working(submit_task="t_1")
    assert run(["task", "--no-wait", "Where?"], memory) == 0
    out, err = capsys.readouterr()
    assert out == "t_1\n" and "ifmem task --resume t_1" in err


def test_an_error_in_a_finding_has_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    failed = a_finding("", found=False, error="the key was refused.", fix="Set another", exit_code=4)
    assert run(["task", "Where?"], Working(submit_task="t_1", task_finding=failed)) == 4
    assert capsys.readouterr().err == "ifmem: the key was refused.\n  Set another\n"


def test_an_interrupted_wait_says_how_to_fetch_the_finding(capsys: pytest.CaptureFixture[str]) -> None:
    memory = Working(submit_task="t_1", task_finding=KeyboardInterrupt())
    assert run(["task", "Where?"], memory) == 130
    assert "ifmem task --resume t_1" in capsys.readouterr().err


def test_tasks_are_rows_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "-n", "2"], Working(tasks=TASKS)) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split("\t")[:3] == ["ID", "STATE", "PRIORITY"]
    assert first.split("\t")[:2] == ["t_2", "working"] and "Who\\tcalls it?" in first
    assert second.endswith("f_1\tWhere?\tno vendor")


def test_a_task_that_a_blocked_worker_put_is_called_help(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [TaskStatus(Task("t_3", "Where is it?", kind=HELP, asks_for="t_2"), "waiting")]
    assert run(["tasks"], Working(tasks=asked)) == 0
    head, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert row[head.index("PASS")] == "help"


def test_tasks_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--json"], Working(tasks=TASKS)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert [(one["id"], one["state"], one["error"]) for one in told["tasks"]] == [
        ("t_2", "working", ""),
        ("t_1", "failed", "no vendor"),
    ]
