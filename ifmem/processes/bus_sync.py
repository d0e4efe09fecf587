"""Has what the embedded bus wrote put onto the disk once a second, which bounds what a power cut can take.

The server does not do it itself: while it did, it would hold back what it has acknowledged since, and being killed then it would lose that.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ifmem.processes.pulse import to_next_pulse

log = logging.getLogger("ifmem")
EVERY_S = 1.0


async def keep_on_disk(folder: Path, every_s: float = EVERY_S) -> None:
    """For ever, what has grown below `folder` since the last time."""
    known: dict[Path, int] = {}
    while True:
        await asyncio.sleep(to_next_pulse(every_s))
        now = dict(_sizes(folder))
        grown = [path for path, size in now.items() if size != known.get(path)]
        if grown:
            await asyncio.to_thread(_sync, grown)
        known = now


def _sizes(folder: Path) -> Iterator[tuple[Path, int]]:
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            try:
                yield path, path.stat().st_size
            except FileNotFoundError:  # the server has replaced it
                continue


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            with path.open("rb") as file:
                os.fsync(file.fileno())
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s may not be on the disk: %s", path.name, error.strerror)
