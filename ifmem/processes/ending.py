"""How processes end: with their parent, with the session they are in, and how others hear of it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator

import psutil

from ifmem.processes.process_table import is_running

PR_SET_PDEATHSIG = 1  # prctl(2)
LOOK_EVERY_S = 0.2


def tie_to_parent() -> None:
    """Ask the kernel to kill this process when its parent dies: even a stopped or looping child leaves. Linux only; elsewhere the
    spawner and the end of the alive pipe do it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_session(leader: int) -> None:
    """Kill a session's leader, and everything it started that is still in its session or in a group of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


async def until_gone(pid: int, with_argument: str) -> None:
    """Wait for the end of a process that need not be our child: at once where the kernel tells (Linux), else by looking."""
    ended = asyncio.Event()
    with _told_of_end(pid, ended.set):
        while is_running(pid, with_argument):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await ended.wait()


@contextlib.contextmanager
def _told_of_end(pid: int, tell: Callable[[], None]) -> Iterator[None]:
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or gone already
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(fd, tell)
    try:
        yield
    finally:
        loop.remove_reader(fd)
        os.close(fd)
