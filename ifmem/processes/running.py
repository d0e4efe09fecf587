"""Runs a program in a freshly forked process: its log, its exit code, its last words."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import signal
import sys

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.errors import Exit, IfmemError
from ifmem.processes.loop import CannotBoot, Program
from ifmem.processes.seat import Assignment
from ifmem.stores.hand_off import Stale

log = logging.getLogger("ifmem")
WORDS = 400  # of an error in a beat, which must fit the pipe in one write (PIPE_BUF is 4096 bytes on Linux)


def log_tasks() -> None:
    """On SIGUSR1: write into the log what every task is waiting for, to see from outside what hangs."""
    for task in asyncio.all_tasks():
        frames = task.get_stack(limit=1)
        log.info("task %s: %s", task.get_name(), frames[0] if frames else "done")


def program_of(role: str) -> type[Program]:
    """The class of a role: `Shard` in `ifmem.processes.shard`. Found by name, so that importing the loop imports no program."""
    found = getattr(importlib.import_module(f"ifmem.processes.{role}"), role.capitalize())
    program: type[Program] = found
    return program


def run_program(assignment: Assignment, config: Config, beat_fd: int, alive_fd: int) -> int:
    """Run the program of a role in a fresh process; returns its exit code. Everything it has to say goes to its log."""
    from setproctitle import setproctitle

    setproctitle(f"ifmem {assignment.title} {config.folder.name}")
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True
    )

    async def live() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, log_tasks)
        program = program_of(assignment.role)(assignment, config, beat_fd, alive_fd)
        try:
            await program.run()
        except* IfmemError as errors:
            program.enter(lifecycle.FAILED, _briefly(_first(errors)))
            raise

    status = Exit.DONE
    try:
        asyncio.run(live())
    except* Stale:
        log.error("replaced by a newer incarnation; leaving")
        status = Exit.DID_NOT_HAPPEN
    except* IfmemError as errors:
        error = _first(errors)
        log.error("%s %s %s", error.what, error.why, error.fix)
        status = Exit.COULD_NOT_BOOT if isinstance(error, CannotBoot) else Exit.DID_NOT_HAPPEN
    except* Exception:
        log.exception("crashed")
        status = Exit.DID_NOT_HAPPEN
    return int(status)


def _briefly(error: IfmemError) -> str:
    """An error that fits a beat."""
    return json.dumps(
        {**error.to_dict(), "what": error.what[:WORDS], "why": error.why[:WORDS], "fix": error.fix[:WORDS]}
    )


def _first(errors: BaseExceptionGroup[IfmemError]) -> IfmemError:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
