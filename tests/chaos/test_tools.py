"""The disk that can be full and the clock that can be stepped, each in a process of its own: they change the process for good."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem.chaos.clock import SteppedClock

FULL = """\
import errno, os, sys
from pathlib import Path
from ifmem.chaos.disk import Disk

with Disk.under(Path(sys.argv[1])) as disk:
    if disk.missing:
        sys.exit(disk.missing)
    file = disk.place / "file"
    file.write_bytes(b"x" * 100_000)
    disk.fill()
    try:
        (disk.place / "other").write_bytes(b"x" * 100_000)
    except OSError as error:
        print(errno.errorcode[error.errno])
    disk.free()
    (disk.place / "other").write_bytes(b"x" * 100_000)
    print(file.stat().st_size, os.getuid())
print(list(Path(sys.argv[1]).iterdir()))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, *arguments),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment or None,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs mount namespaces")
def test_a_disk_of_our_own_is_full_and_then_has_room_again(tmp_path: Path) -> None:
    done = python("-c", FULL, str(tmp_path / "disk"))
    if "allows no disk" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stdout.splitlines() == ["ENOSPC", f"100000 {os.getuid()}", "[]"]
    assert list((tmp_path / "disk").iterdir()) == []


def test_a_program_follows_the_clock_without_knowing_of_it(tmp_path: Path) -> None:
    clock = SteppedClock(tmp_path / "clock")
    clock.step(3600.0)
    done = python("-c", "import time; print(time.time(), time.monotonic())", PYTHONPATH=str(clock.folder))
    wall, monotonic = map(float, done.stdout.split())
    assert 3500.0 < wall - time.time() < 3700.0
    assert abs(monotonic - time.monotonic()) < 100.0
