"""Workers that are killed, stand still, hold on or believe that they are done: their tasks are done all the same, each once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, Start, eventually, make_project

from ifmem.core.findings import Finding
from ifmem.core.tasks import Task, TaskStatus
from ifmem.core.worker_names import is_worker
from ifmem.errors import IfmemError
from ifmem.processes.assigning import Assigning, new_task
from ifmem.processes.process_table import with_marks
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

T = TypeVar("T")
WORKERS = (
    FAST.replace("stop_grace_s = 2.0", "stop_grace_s = 6.0") + "workers = 4\nstall_margin_s = 0.5\nlease_s = 20.0\n"
)
DOCS = 'shards.docs.provider = "python:scripted_worker:Tasked"\n'
SHARDS = ("docs", "code")


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set that every test but one gives tasks to; the workers that borrow from `docs` obey."""
    found = RunningSet(make_project(tmp_path_factory.mktemp("crew")), WORKERS + DOCS)
    try:
        found.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        found.end()


def assigned(running: RunningSet, work: Callable[[Assigning], Awaitable[T]]) -> T:
    async def connected() -> T:
        bus = Bus(bus_url(running.config))
        try:
            return await work(Assigning(bus, running.keys))
        finally:
            await bus.close()

    return asyncio.run(connected())


def tasks_for(running: RunningSet, *questions: str, shard: str = "docs", **more: object) -> list[Task]:
    made = (new_task(question, SHARDS, running.config, shard=shard, timeout_s=PATIENCE_S) for question in questions)
    return [replace(task, group="g", **more) for task in made]  # type: ignore[arg-type]


def standing(running: RunningSet, task_id: str) -> TaskStatus:
    return next(one for one in running.memory.tasks() if one.task.id == task_id)


def workers(running: RunningSet) -> list[int]:
    """The pids of all workers that live."""
    return [int(line.split()[0]) for line in with_marks(running.folder.name) if " ifmem worker-" in line]


def pids(folder: Path) -> list[int]:
    """Those who have begun, as far as they have said so."""
    begun = folder / "begun"
    return [int(line) for line in begun.read_text().split()] if begun.exists() else []


def each_found_once(running: RunningSet, *tasks: Task) -> bool:
    counts = Counter(row["query_id"] for row in running.archived("findings"))
    assert max(counts.values(), default=0) <= 1
    return {task.id for task in tasks} <= counts.keys()


def test_a_task_is_done_by_a_worker_of_its_own_which_then_is_gone(crew: RunningSet) -> None:
    finding = crew.memory.task("Who counts the herring boats?", shard="docs")
    assert finding.found and finding.shard == "docs" and is_worker(finding.worker)
    assert finding.citations[0].verification == "verified"
    assert finding.birth_ms > 0
    eventually(lambda: not workers(crew), what="the worker gone")
    assert crew.memory.status().ready


def test_a_killed_workers_task_is_done_by_another(crew: RunningSet, tmp_path: Path) -> None:
    task_id = crew.memory.submit_task(f"hold {tmp_path}", shard="docs")
    [pid] = eventually(lambda: pids(tmp_path), what="the task begun")
    assert standing(crew, task_id).state == "working"
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(pids(tmp_path)) == 2, what="another worker at it")
    (tmp_path / "go").touch()
    finding = crew.memory.task_finding(task_id)
    assert (finding.found, finding.attempts) == (True, 2)
    [died] = eventually(lambda: [one for one in crew.memory.events() if one.get("tasks") == [task_id]])
    assert died["kind"] == "died" and "killed by SIGKILL, its task not done" in died["text"]


def test_a_worker_that_stands_still_is_replaced(crew: RunningSet, tmp_path: Path) -> None:
    task_id = crew.memory.submit_task(f"hold {tmp_path}", shard="docs")
    [pid] = eventually(lambda: pids(tmp_path), what="the task begun")
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: len(pids(tmp_path)) == 2, what="another worker at it")
    (tmp_path / "go").touch()
    assert crew.memory.task_finding(task_id).attempts == 2


def test_a_worker_that_outlives_its_lease_is_ended(crew: RunningSet, tmp_path: Path) -> None:
    [task] = tasks_for(crew, f"cling {tmp_path}", lease_s=2.0)
    found = assigned(crew, lambda assigning: assigning.do(task))
    assert (found.found, found.attempts) == (True, 2)


def test_a_lease_that_runs_out_is_a_finding_that_says_so(crew: RunningSet, tmp_path: Path) -> None:
    [task] = tasks_for(crew, f"hold {tmp_path}", lease_s=0.5)
    found = assigned(crew, lambda assigning: assigning.do(task))
    assert found.error.startswith("no finding within")
    assert standing(crew, task.id).state == "failed"


def test_a_task_that_kills_its_workers_is_given_up_and_can_be_tried_again(crew: RunningSet, tmp_path: Path) -> None:
    task_id = crew.memory.submit_task(f"die {tmp_path}", shard="docs")
    finding = crew.memory.task_finding(task_id)
    assert finding.error == "the task was given up: 3 workers died of it"
    assert len(pids(tmp_path)) == 3
    [letter] = eventually(lambda: [one for one in crew.memory.dead() if one.id == task_id])
    assert letter.query is not None and letter.query.question.startswith("die")
    assert standing(crew, task_id).state == "given up"
    again = crew.memory.retry(task_id)
    assert crew.memory.task_finding(again).error == finding.error
    assert crew.memory.task("anything", shard="docs").found


def test_tasks_outlive_down_and_up(crew: RunningSet, tmp_path: Path) -> None:
    task_id = crew.memory.submit_task(f"hold {tmp_path}", shard="docs")
    eventually(lambda: pids(tmp_path), what="the task begun")
    crew.memory.down()
    (tmp_path / "go").touch()
    crew.memory.up(timeout=PATIENCE_S)
    finding = crew.memory.task_finding(task_id)
    assert (finding.found, finding.attempts) == (True, 1)  # a stop is nobody's fault


def test_a_blocked_worker_is_helped_by_another_though_only_one_may_work(start: Start) -> None:
    running = start(settings=WORKERS.replace("workers = 4", "workers = 1"))
    running.kill("archivist", signal.SIGSTOP)  # what follows is known before it is archived
    finding = running.memory.task("What does count_boats return?", shard="docs")
    helper = next(one for one in running.memory.tasks() if one.task.kind == "help")
    assert finding.found and finding.shard == "docs"
    assert finding.citations[0].path == "src/ledger.py" and finding.citations[0].shard == "code"
    assert "worker-2 helped from code" in finding.note and finding.built_on == (helper.finding,)
    assert running.memory.descent(finding.id).built_on == finding.built_on


def test_what_nobody_knows_is_said_to_have_blocked(crew: RunningSet) -> None:
    finding = crew.memory.task("xylophone zeppelin", shard="code")
    assert not finding.found
    assert finding.note == "blocked: xylophone zeppelin"


def test_many_tasks_with_workers_killed_at_random_have_one_finding_each(crew: RunningSet) -> None:
    questions = [f"Who counts the herring boats? {number}" for number in range(60)]
    tasks, chance = tasks_for(crew, *questions), random.Random(7)
    killed = 0

    def kill_some(_: Finding) -> None:
        nonlocal killed
        living = workers(crew)
        if living and chance.random() < 0.3:
            with contextlib.suppress(ProcessLookupError):  # it was faster
                os.kill(chance.choice(living), signal.SIGKILL)
                killed += 1

    async def work(assigning: Assigning) -> dict[str, Finding]:
        await assigning.put(tasks)
        return await assigning.gather(tasks, kill_some)

    found = assigned(crew, work)
    assert set(found) == {task.id for task in tasks} and killed > 3
    assert all(one.found or "given up" in one.error for one in found.values())
    eventually(lambda: each_found_once(crew, *tasks), what="every finding in the archive")


@pytest.mark.parametrize(
    ("wishes", "what"),
    [({"shard": "nobody"}, "no shard"), ({"priority": "now"}, "not a priority"), ({"pass_name": "x"}, "no pass")],
)
def test_a_task_that_cannot_be_put_is_refused(crew: RunningSet, wishes: dict[str, str], what: str) -> None:
    with pytest.raises(IfmemError, match=what) as refused:
        crew.memory.submit_task("anything", **wishes)
    assert refused.value.exit_code == 2


def test_workers_that_cannot_start_are_tried_ever_slower_until_they_can(start: Start) -> None:
    running = start(settings=WORKERS)
    in_the_way = [running.config.logs / f"worker-{slot}.log" for slot in range(1, 9)]
    for folder in in_the_way:
        folder.mkdir()
    task_id = running.memory.submit_task("Who counts the herring boats?", shard="docs")
    failed = eventually(lambda: [one for one in running.memory.events() if "could not start" in one["text"]])
    assert 0 < failed[0]["pause_s"] <= running.config.restart_ceiling_s
    assert running.memory.status().ready
    for folder in in_the_way:
        folder.rmdir()
    assert running.memory.task_finding(task_id).found
