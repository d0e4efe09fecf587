"""One writer at a time of what is kept of a shard. Released by the system when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ifmem.stores.lock import open_private
from ifmem.stores.page_files import cannot_write


@contextlib.contextmanager
def writing(folder: Path, shard: str) -> Iterator[None]:
    """Wait for one's turn to change the pages, the index and the manifest of a shard. Raises IfmemError where the disk refuses."""
    with _opened(folder / f"{shard}.lock") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_private(path)
    except OSError as error:
        raise cannot_write(path, error) from None
