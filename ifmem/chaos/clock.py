"""A clock that can be stepped for one private set without touching the machine's: every Python process of the set adds the offset
that stands in one small file to `time.time`. The bus, which is no Python program, keeps the machine's time.
"""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path

OFFSET = struct.Struct("d")
CUSTOMIZE = """\
from pathlib import Path

from ifmem.chaos.clock import follow

follow(Path({path!r}))
"""


class SteppedClock:
    """The offset of a set's clock. Every interpreter that is started with `folder` on its PYTHONPATH follows it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.path = folder / "offset"
        self.path.write_bytes(OFFSET.pack(0.0))
        (folder / "sitecustomize.py").write_text(CUSTOMIZE.format(path=str(self.path)), encoding="utf-8")

    def step(self, seconds: float) -> None:
        """Set all clocks of the set to `seconds` from the machine's."""
        with self.path.open("r+b") as file:
            file.write(OFFSET.pack(seconds))


def follow(path: Path) -> None:
    """From now on `time.time()` in this process is the machine's plus the offset in the file."""
    true_time = time.time
    with path.open("rb") as file:
        shared = mmap.mmap(file.fileno(), OFFSET.size, access=mmap.ACCESS_READ)

    def stepped() -> float:
        offset: float = OFFSET.unpack_from(shared)[0]
        return true_time() + offset

    time.time = stepped
