"""How soon a model's words are read: from the event of the stream in the shard's process to the terminal of `ifmem ask`.

The clock is the system's monotonic one, which all processes share.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.programs import on_terminal
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.config.folders import FILE
from ifmem.errors import IfmemError

SPOKEN = re.compile(rb"@(\d+\.\d+)@")
PROVIDER = '[shards.docs]\nprovider = "python:ifmem.bench.speaking:Speaking"\n'


def measure_streaming(place: Path, scale: Scale) -> Iterable[Row]:
    folder = write_small_folder(place)
    (folder / FILE).write_text(PROVIDER, encoding="utf-8")
    with private_set(folder):
        times = [_first_word_ms(folder, number) for number in range(scale.times(20))]
    yield row("first words of an answer, from the stream to the terminal", "ms", times, at_most(50))


def _first_word_ms(folder: Path, number: int) -> float:
    heard = b""
    for piece in on_terminal("-m", "ifmem", "-C", str(folder), "ask", "--shard", "docs", f"What time is it, {number}?"):
        heard += piece
        if spoken := SPOKEN.search(heard):
            return (time.monotonic() - float(spoken[1])) * 1000
    raise IfmemError("ifmem ask did not say a word.", why=heard.decode(errors="replace")[-500:])
