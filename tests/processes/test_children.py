from __future__ import annotations

import asyncio
import os
import subprocess
import uuid

from ifmem.processes.children import until_gone, with_marks


def test_the_end_of_a_process_is_waited_for() -> None:
    process = subprocess.Popen(("sleep", "60"))

    async def watch() -> bool:
        watching = asyncio.create_task(until_gone(process.pid, "sleep"))
        await asyncio.sleep(0)
        alive = not watching.done()
        process.kill()
        process.wait()
        async with asyncio.timeout(10):
            await watching
        return alive

    assert asyncio.run(watch())


def test_a_pid_that_is_used_by_another_program_is_not_waited_for() -> None:
    asyncio.run(until_gone(os.getpid(), "no such argument"))
    assert with_marks("no such argument, I hope") == []


def test_processes_are_found_by_what_stands_in_their_command_line() -> None:
    mark = uuid.uuid4().hex
    process = subprocess.Popen(("sh", "-c", "read nothing", mark), stdin=subprocess.PIPE)
    try:
        (found,) = with_marks(mark)
        assert found.startswith(f"{process.pid} sh")
    finally:
        process.kill()
        process.communicate()
