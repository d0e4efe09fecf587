"""Processes as the operating system lists them, ours or not: which are there, and which is which."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil


def is_running(pid: int, with_argument: str) -> bool:
    """Whether `pid` is alive and is the program it is thought to be: pids are used again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and with_argument in " ".join(process.cmdline())
    except psutil.Error:
        return False


def birth_of(pid: int) -> str:
    """What tells a process from every other that ever has its pid; "" if there is none. No clock that is set changes it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except OSError:  # not Linux, or gone
        with contextlib.suppress(psutil.Error):
            return str(psutil.Process(pid).create_time())
    return ""


def descendants(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def with_marks(*marks: str) -> list[str]:
    """Pid and command line of every other living process whose command line holds one of `marks`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if process.pid != os.getpid() and any(mark in line for mark in marks):
                found.append(f"{process.pid} {line}")
    return found


def holding(folder: Path, *marks: str) -> list[tuple[int, str]]:
    """Pid and command line of every other process of this user that has a file below `folder` open, and one of `marks` in its line."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            line = " ".join(process.cmdline())
            if process.pid == os.getpid() or not any(mark in line for mark in marks):
                continue
            if any(Path(file.path).is_relative_to(folder) for file in process.open_files()):
                found.append((process.pid, line))
    return found
