"""The tasks of a swarm without its workers: by one process in sequence, and as jobs of rq, which forks a process for each as ifmem does."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from ifmem.bench.programs import running
from ifmem.client import Memory
from ifmem.core.keys import Keys
from ifmem.core.tasks import Task
from ifmem.errors import IfmemError
from ifmem.processes.tasking import Tasking
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import OPERATOR, bus_url, known_password

RQ_QUEUE = "ifmem-bench-swarm"
WITHIN_S = 300.0


async def in_sequence(memory: Memory, tasks: Sequence[Task]) -> float:
    bus = Bus(bus_url(memory.config))
    try:
        tasking = Tasking(bus, Keys(memory.config.namespace), memory.config, "bench", lambda _: None)
        started = time.perf_counter()
        for task in tasks:
            await tasking.find(task, time.time() + task.lease_s)
        return time.perf_counter() - started
    finally:
        await bus.close()


def rq_job(folder: str, task: str) -> None:
    """The work of one task, in the process that rq has forked for it."""
    with Memory(folder) as memory:
        asyncio.run(in_sequence(memory, [Task.from_json(task)]))


def _rq_queue(url: str) -> Any:
    """On the same server, whose operator may use every command."""
    password = known_password(url)
    guest = {"username": OPERATOR, "password": password} if password else {}
    return import_module("rq").Queue(
        RQ_QUEUE, connection=import_module("redis").Redis.from_url(url, socket_timeout=None, **guest)
    )


def work_rq(url: str) -> None:
    queue = _rq_queue(url)
    import_module("rq").Worker([queue], connection=queue.connection).work(logging_level="ERROR")


def by_rq(memory: Memory, tasks: Sequence[Task]) -> float:
    url, folder = bus_url(memory.config), str(memory.config.folder)
    queue = _rq_queue(url)
    with ExitStack() as workers:
        for _ in range(len(os.sched_getaffinity(0))):
            workers.enter_context(running("-c", f"from ifmem.bench.swarm_peers import work_rq; work_rq({url!r})"))
        _await_rq([queue.enqueue(rq_job, folder, tasks[0].to_json())])  # its workers are there
        started = time.perf_counter()
        _await_rq([queue.enqueue(rq_job, folder, task.to_json()) for task in tasks])
        return time.perf_counter() - started


def _await_rq(jobs: Sequence[Any]) -> None:
    until = time.monotonic() + WITHIN_S
    for job in jobs:
        result = job.latest_result(timeout=max(1, int(until - time.monotonic())))
        if result is None or result.type != result.Type.SUCCESSFUL:
            raise IfmemError("rq did not do a job.", why=str(getattr(result, "exc_string", "no result in time"))[-300:])
