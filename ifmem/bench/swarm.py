"""Many workers: a search in passes, many tasks at once, and workers killed at random; beside one process in sequence, and beside rq."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from ifmem.bench.private_set import private_set
from ifmem.bench.rows import Row, at_least, at_most, row
from ifmem.bench.scale import Scale
from ifmem.bench.swarm_folder import made_up_word, write_folder
from ifmem.bench.swarm_peers import WITHIN_S, by_rq, in_sequence
from ifmem.client import Memory
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.search_plan import Plan
from ifmem.core.searches import Search
from ifmem.core.tasks import Task
from ifmem.core.worker_names import is_worker
from ifmem.processes.assigning import Assigning, Heard, new_task
from ifmem.processes.process_table import with_marks
from ifmem.processes.search_plans import default_plan
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

T = TypeVar("T")
LINES = 150_000
WORKERS = 40
AT_ONCE = 200
KILLED_FROM = 1_000
KILL_SHARE = 0.05  # of the findings that are followed by a kill
QUESTION = "Which harbour gives the green ledger its number?"


def measure_swarm(place: Path, scale: Scale) -> Iterable[Row]:
    """The same 40 tasks three ways, then many at once, then many with workers killed."""
    with private_set(write_folder(place, scale.sized(LINES))) as memory:
        workers = scale.times(WORKERS, 8)
        searches = [_search(memory, workers) for _ in range(scale.times(3))]
        yield row(f"search, 8 passes, {workers} workers", "s", [one.duration_ms / 1000 for one in searches])
        tasks = [task for one in searches[0].passes for task in one.tasks]
        yield from _at_once(memory, tasks)
        many = _tasks(memory, scale.times(AT_ONCE, 5))
        found, took_s = _done(memory, many)
        yield row(f"{len(many)} tasks, a process each", "a second", [len(many) / took_s], rate=True)
        yield row("birth of a worker to its claim", "ms", [one.birth_ms for one in found], at_most(30))
        yield from _killed(memory, scale)


def _search(memory: Memory, workers: int) -> Search:
    """All passes, whether or not they add anything."""
    plan: Plan = replace(default_plan().spread(workers), stop_early=False)
    return memory.search(QUESTION, plan=plan)


def _at_once(memory: Memory, tasks: Sequence[Task]) -> Iterator[Row]:
    """The search's own tasks: by workers, by one process in sequence, by rq."""
    again = [replace(task, id=f"{task.id}-again", group="again", deadline=time.time() + WITHIN_S) for task in tasks]
    _, took_s = _done(memory, again)
    one_s = asyncio.run(in_sequence(memory, tasks))
    sequence = row(f"{len(tasks)} tasks, one process in sequence", "s", [one_s])
    yield row(f"{len(tasks)} tasks, a worker each", "s", [took_s]).beside(sequence)
    yield sequence
    if find_spec("rq"):
        yield row(f"{len(tasks)} tasks, rq with as many workers at once", "s", [by_rq(memory, tasks)]).beside(sequence)


def _killed(memory: Memory, scale: Scale) -> Iterator[Row]:
    """Each task has one finding, whoever was killed meanwhile; a task that three workers died of is given up, in its finding."""
    tasks, chance = _tasks(memory, scale.times(KILLED_FROM, 20)), random.Random(1)
    killed = 0

    def kill_some(_: Finding) -> None:
        nonlocal killed
        if chance.random() < KILL_SHARE:
            for pid in _workers(memory)[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1

    found, took_s = _done(memory, tasks, kill_some)
    count = len(tasks)
    memory.down()  # the archivist has everything then
    archived = Counter(one.query_id for one in memory.findings(limit=1_000_000))
    twice = sum(archived[task.id] > 1 for task in tasks)
    yield row(f"findings of {count:,} tasks, workers killed", "findings", [len(found)], at_least(count))
    yield row("workers killed meanwhile", "workers", [killed])
    yield row(
        "tasks with no finding in the archive, or two",
        "tasks",
        [twice + sum(not archived[t.id] for t in tasks)],
        at_most(0),
    )
    yield row("tasks given up after three deaths", "tasks", [sum(bool(one.error) for one in found)])
    yield row(f"{count:,} tasks, workers killed", "a second", [count / took_s], rate=True)


def _workers(memory: Memory) -> list[int]:
    lines = [line.split(maxsplit=3) for line in with_marks(memory.config.folder.name)]
    return [int(line[0]) for line in lines if len(line) > 2 and line[1] == "ifmem" and is_worker(line[2])]


def _tasks(memory: Memory, count: int) -> list[Task]:
    names = memory.shard_names
    questions = (f"{QUESTION} {made_up_word(random.Random(number))}" for number in range(count))
    made = (new_task(one, names, memory.config, shard="docs", timeout_s=WITHIN_S) for one in questions)
    return [replace(task, group=f"bench-{count}", may_ask=False) for task in made]


def _done(memory: Memory, tasks: Sequence[Task], heard: Heard | None = None) -> tuple[list[Finding], float]:
    """Their findings, and the seconds that took."""

    async def work(assigning: Assigning) -> tuple[list[Finding], float]:
        started = time.perf_counter()
        await assigning.put(tasks)
        found = await assigning.gather(tasks, heard)
        return list(found.values()), time.perf_counter() - started

    return _connected(memory, work)


def _connected(memory: Memory, work: Callable[[Assigning], Coroutine[Any, Any, T]]) -> T:
    async def connected() -> T:
        bus = Bus(bus_url(memory.config))
        try:
            return await work(Assigning(bus, Keys(memory.config.namespace)))
        finally:
            await bus.close()

    return asyncio.run(connected())
