from __future__ import annotations

import asyncio
import os
import subprocess

from running_set import PATIENCE_S

from ifmem.processes.ending import until_gone
from ifmem.processes.process_table import is_running


def test_the_end_of_a_process_is_waited_for() -> None:
    process = subprocess.Popen(("sleep", "60"))

    async def watch() -> bool:
        watching = asyncio.create_task(until_gone(process.pid, "sleep"))
        await asyncio.sleep(0)
        alive = not watching.done()
        process.kill()
        process.wait()
        async with asyncio.timeout(PATIENCE_S):
            await watching
        return alive

    assert asyncio.run(watch())


def test_a_pid_that_is_used_by_another_program_is_not_waited_for() -> None:
    asyncio.run(until_gone(os.getpid(), "no such argument"))
    assert not is_running(os.getpid(), "no such argument")
