"""A worker that asks for help, and a bus that is cut off or full meanwhile."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder
from stores.conftest import OnBus

from ifmem.config import Config
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.tasks import LABEL, Task
from ifmem.processes.tasking import Tasking
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import Seat
from ifmem.stores.tasks import MOST_WAITING, Tasks

KEYS = Keys("mine")
HELPER = Seat("worker-2", 1, LABEL)
BLOCKED = Task("t_1", "What does count_boats return?", shard="docs")  # which is in the code


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_folder(tmp_path / "folder")
    load_all(config)
    return config


def find(bus: Bus, config: Config) -> asyncio.Task[Finding]:
    tasking = Tasking(bus, KEYS, config, "worker-1", lambda _: None)
    return asyncio.create_task(tasking.find(BLOCKED, time.time() + 20.0))


def test_help_arrives_though_the_line_was_cut_while_it_was_waited_for(on_bus: OnBus, config: Config) -> None:
    async def work(bus: Bus) -> Finding:
        finding, tasks = find(bus, config), Tasks(bus, KEYS)
        while (claim := await tasks.claim(HELPER)) is None or "blocked_clients:1" not in str(
            await bus.call("EVAL", "return redis.call('INFO', 'clients')", 0)
        ):
            await asyncio.sleep(0.01)
        await bus.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        help_ = Finding("f_2", claim.id, "code", found=True, text="As many as there are.", worker=HELPER.name)
        await tasks.finish(HELPER, help_, claim.id)
        return await finding

    found = on_bus(work)
    assert (found.text, found.built_on) == ("As many as there are.", ("f_2",))


def test_a_worker_says_what_it_has_if_nobody_takes_its_call_for_help(on_bus: OnBus, config: Config) -> None:
    async def work(bus: Bus) -> Finding:
        await bus.call("RPUSH", KEYS.queue_tasks("low"), *(f"t_{number}" for number in range(MOST_WAITING)))
        return await find(bus, config)

    found = on_bus(work)
    assert found.note == "blocked: What does count_boats return? (asked code, which did not answer)"
