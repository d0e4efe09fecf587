"""`ifmem up` on a made repository of 5,000 files: the first time, and again when nothing has changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from ifmem.bench.private_set import private_set, write_documents
from ifmem.bench.programs import run_program, time_ms
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale

FOLDERS, FILES_EACH, BYTES = 100, 50, 2_000


def measure_up(place: Path, scale: Scale) -> Iterable[Row]:
    """The command from its start until it returns, everything being ready then."""
    files = _make_repository(place, folders=scale.sized(FOLDERS))
    first, again = [], []
    with private_set(place, start=False) as memory:
        for _ in range(scale.times(3)):
            shutil.rmtree(memory.config.home, ignore_errors=True)
            first.append(_up_s(place))
            memory.down()
            again.append(_up_s(place))
            memory.down()
    yield row(f"first up, {files:,} files", "s", first, at_most(10))
    yield row(f"up again, {files:,} files unchanged", "s", again, at_most(3))


def _up_s(folder: Path) -> float:
    return time_ms("-m", "ifmem", "-C", str(folder), "up") / 1000


def _make_repository(folder: Path, *, folders: int) -> int:
    """Half documentation, half source, all committed; returns the number of files."""
    for number in range(folders):
        paths = write_documents(folder / f"part_{number:03}", files=FILES_EACH, size=BYTES, seed=number)
        for path in paths[::2]:
            path.rename(path.with_suffix(".py"))
    git = ("git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
    run_program((*git, "init", "--quiet"))
    run_program((*git, "add", "--all"))
    run_program((*git, "commit", "--quiet", "--message", "Everything"))
    return folders * FILES_EACH
