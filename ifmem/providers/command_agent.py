"""An agent program that is kept alive: started, watched, and started again by the rules that every process of a set lives by.

An exit that nobody asked for is a crash, exit code 0 included: a program that believes its work is done is started again. The program runs
in the session of its shard, whose end it does not outlive, and in a group of its own. Besides, only
`processes.children` and `processes.programs` start processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ifmem.core.lifecycle import exit_in_words
from ifmem.core.supervision import STARTS_BEFORE_FAILED, Exit, History, pause_before_restart
from ifmem.credentials import without_keys
from ifmem.errors import IfmemError

Sleep = Callable[[float], Awaitable[None]]
LONGEST_LINE = 16 << 20  # bytes
log = logging.getLogger("ifmem")


class Agent:
    """Runs from the first question on. `last_exit` says in words how it ended last."""

    def __init__(self, command: Sequence[str], folder: Path, ceiling_s: float, *, sleep: Sleep = asyncio.sleep) -> None:
        """`ceiling_s` is the longest pause between two starts."""
        self.program = Path(command[0]).name
        self.last_exit = ""
        self._command = tuple(command)
        self._folder = folder
        self._ceiling_s = ceiling_s
        self._sleep = sleep
        self._history = History()
        self._keeping: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self._served_from: float | None = None
        self._failure: IfmemError | None = None
        self._changed = asyncio.Event()

    async def running(self) -> Process:
        """The program, once it runs. Raises IfmemError if it was given up."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.program}")
        while self._process is None:
            if self._failure:
                raise self._failure
            self._changed.clear()
            await self._changed.wait()
        return self._process

    def served(self, process: Process) -> None:
        """It has answered: what it does from now on is not a failed start."""
        if process is self._process and self._served_from is None:
            self._served_from = asyncio.get_running_loop().time()

    def has_served(self, process: Process) -> bool:
        """Whether this very program has answered something."""
        return process is self._process and self._served_from is not None

    async def end(self, process: Process) -> None:
        """Kill a program that is of no use any more, with what it has started, and see it gone; another one follows."""
        _kill(process)
        await process.wait()
        if process is self._process:
            self._process = None

    async def close(self) -> None:
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if self._process is not None:
            await self.end(self._process)

    async def _keep(self) -> None:
        while not self._history.gave_up:
            await self._sleep(pause_before_restart(self._history, self._ceiling_s, random.Random()))
            try:
                self._process = process = await self._start()
            except OSError as error:
                self.last_exit = (error.strerror or str(error)).lower()
                self._history = self._history.after(Exit(asyncio.get_running_loop().time(), None))
                continue
            self._changed.set()
            await process.wait()
            self._left(process)
        self._failure = IfmemError(
            f"{self.program} was given up.",
            why=f"it was started {STARTS_BEFORE_FAILED} times and never answered; last: {self.last_exit}",
            fix="See what it says: ifmem logs    then: ifmem restart",
        )
        self._changed.set()

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST_LINE,
            process_group=0,
            env=without_keys(os.environ),
        )

    def _left(self, process: Process) -> None:
        _kill(process)  # what it has started itself
        now = asyncio.get_running_loop().time()
        served_s = None if self._served_from is None else now - self._served_from
        self._history = self._history.after(Exit(now, served_s))
        self.last_exit = exit_in_words(process.returncode or 0, requested=False)
        log.warning("%s: %s", self.program, self.last_exit)
        self._process = self._served_from = None


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
