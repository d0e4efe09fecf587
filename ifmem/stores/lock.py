"""One supervisor a project: an operating-system lock (a stale pid file cannot lie), and beside it what the supervisor says of itself."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ifmem.errors import IfmemError
from ifmem.stores.bus_server import make_private_folder, write_private

LOCK_FILE = "supervisor.lock"
STATE_FILE = "supervisor.json"
LOOK_AGAIN_S = 0.02


class AlreadyRunning(IfmemError):
    """Another supervisor holds the lock."""


@contextlib.contextmanager
def hold_lock(home: Path, wait_s: float) -> Iterator[None]:
    """Be the project's only supervisor. Waits a moment: whoever cleans up after a dead one holds the lock meanwhile."""
    make_private_folder(home)
    path, until = home / LOCK_FILE, time.monotonic() + wait_s
    while (lock := _try(path)) is None:
        if time.monotonic() > until:
            raise AlreadyRunning("ifmem is running here already.", fix="See it: ifmem status")
        time.sleep(LOOK_AGAIN_S)
    with lock:
        try:
            show_life(home)
            yield
        finally:
            path.unlink(missing_ok=True)


def show_life(home: Path) -> None:
    """Note in the lock that its holder still moves. Its file is dated by this machine's monotonic clock, which nobody sets, and dating
    a file needs no room on a disk. A holder that cannot date it goes on."""
    now = time.monotonic()
    with contextlib.suppress(OSError):
        os.utime(home / LOCK_FILE, (now, now))


def still_for_s(home: Path) -> float:
    """How long ago the holder of the lock showed life; 0 where it never has."""
    try:
        return max(0.0, time.monotonic() - (home / LOCK_FILE).stat().st_mtime)
    except OSError:
        return 0.0


def _try(path: Path) -> IO[str] | None:
    """The lock file, locked; None if somebody else has it, or removed this very file when it was done with it."""
    try:
        lock = open_private(path)
    except OSError as error:
        raise IfmemError(
            f"cannot write to {path.parent}.",
            why=error.strerror or str(error),
            fix="Choose another place: IFMEM_HOME=/some/writable/folder ifmem up",
        ) from None
    if _taken(lock.fileno(), fcntl.LOCK_EX) and _is_at(lock, path):
        return lock
    lock.close()
    return None


def open_private(path: Path) -> IO[str]:
    """The file to lock; made with mode 0600 if it is not there. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")


def _is_at(lock: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except FileNotFoundError:
        return False


def is_locked(home: Path) -> bool:
    """Whether a supervisor (or the last clean-up after one) is there."""
    try:
        with (home / LOCK_FILE).open("r") as lock:
            return not _taken(lock.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_state(home: Path, state: dict[str, Any]) -> None:
    write_private(home / STATE_FILE, json.dumps(state))


def read_state(home: Path) -> dict[str, Any]:
    """What the supervisor, running or gone, has last said of itself: state, pid, since, version, error."""
    try:
        state = json.loads((home / STATE_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}
