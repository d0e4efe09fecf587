"""Whole programs, timed from outside: from the moment they are started until they are gone."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ifmem.errors import IfmemError

LONGEST_S = 300.0
NEIGHBOURS = ("-c", "import redis.asyncio, anthropic")  # what a shard's process would import, were it not forked


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `python arguments`. Raises IfmemError if it fails or takes for ever."""
    return run_program((sys.executable, *arguments), cwd)


def run_program(command: Sequence[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_S, cwd=cwd, env=_environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise IfmemError(f"cannot run {' '.join(command)}.", why=str(error)) from None
    if done.returncode != 0:
        raise IfmemError(f"{' '.join(command)} left with exit code {done.returncode}.", why=done.stderr.strip()[-500:])
    return done


def _environment() -> dict[str, str]:
    """Ours, but bytecode is kept: a program that compiles its own modules at every start would be compared with packages that do not."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def time_ms(*arguments: str) -> float:
    """How long `python arguments` takes."""
    started = time.perf_counter()
    run(*arguments)
    return (time.perf_counter() - started) * 1000


@contextlib.contextmanager
def running(*arguments: str, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`python arguments` while the block runs."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=cwd)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def on_terminal(*arguments: str) -> Iterator[bytes]:
    """What `python arguments` writes to a terminal of its own, piece by piece as it comes; stopped when nobody reads on."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=_environment()
    )
    os.close(theirs)
    try:
        with contextlib.suppress(OSError):  # EIO: how Linux says that a terminal has nobody left
            while piece := os.read(ours, 4096):
                yield piece
    finally:
        os.close(ours)
        process.terminate()
        process.wait()
