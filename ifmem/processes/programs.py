"""Programs of ours, each started in a session of its own with its output in a log. Only here is subprocess used.

A configuration goes through the standard input of whoever needs it: a password in it must not be seen in `ps` or stand in a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ifmem.config import Config
from ifmem.credentials import without_keys

Detached = subprocess.Popen[bytes]
PYTHON = (sys.executable, "-P")  # never a package that happens to lie in the folder


async def launch(command: Sequence[str], log: Path) -> asyncio.subprocess.Process:
    """Start a program in its own session, with its output in `log`. What it writes is private."""
    with open_log(log) as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,
            env=without_keys(os.environ),
        )


def detach(module: str, config: Config, log: Path) -> Detached:
    """Start `python -m module` in a session of its own, so that it outlives the terminal. The configuration goes through its
    standard input: a password in it must not be seen in `ps` or stand in a file."""
    with open_log(log) as output:
        process = subprocess.Popen(
            [*PYTHON, "-m", module],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=without_keys(os.environ),
        )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(pickle.dumps(config))
    return process


async def hand_config(process: asyncio.subprocess.Process, config: Config) -> None:
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(config))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        await process.stdin.drain()
    process.stdin.close()


def received_config() -> Config:
    """The configuration that `detach` or `hand_config` sent."""
    config = pickle.load(sys.stdin.buffer)
    assert isinstance(config, Config)
    return config


def open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
