"""How long the command line takes, and what it imports: `--version`, `status` and `ask` beside interpreters that do next to nothing."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.programs import run, time_ms
from ifmem.bench.rows import Row, at_most, at_most_times, row
from ifmem.bench.scale import Scale

HEAVY = ("anthropic", "mcp", "numpy")
IMPORTED = re.compile(r"import time:.*\| +([\w.]+)$", re.MULTILINE)
QUESTION = "Where is the retry?"


def measure_start_up(place: Path, scale: Scale) -> Iterable[Row]:
    """In turns, so that all see the same machine."""
    folder = write_small_folder(place)
    commands = {
        "a bare interpreter": ("-c", "pass"),
        "a process that imports typer, rich and redis": ("-c", "import typer, rich, redis"),
        "ifmem --version": ("-m", "ifmem", "--version"),
        "ifmem status": ("-m", "ifmem", "-C", str(folder), "status"),
    }
    ask = ("-m", "ifmem", "-C", str(folder), "ask", QUESTION)
    times: dict[str, list[float]] = defaultdict(list)
    with private_set(folder):
        for _ in range(scale.times(20)):
            for name, arguments in commands.items():
                times[name].append(time_ms(*arguments))
            started = time.perf_counter()
            answer = json.loads(run(*ask, "--json").stdout)
            times["ifmem ask"].append((time.perf_counter() - started) * 1000)
            times["of it the answer's own duration"].append(answer["duration_ms"])
        heavy = [_heavy_imports(*commands["ifmem status"]), _heavy_imports(*ask)]
    yield from _rows(times)
    yield row(f"of {', '.join(HEAVY)}: imported by status and by ask", "packages", heavy, at_most(0))


def _rows(times: dict[str, list[float]]) -> Iterable[Row]:
    bare = row("a bare interpreter", "ms", times["a bare interpreter"])
    three = "a process that imports typer, rich and redis"
    imports = row(three, "ms", times[three])
    over = [ours - theirs for ours, theirs in zip(times["ifmem --version"], times[bare.what], strict=True)]
    yield row("ifmem --version", "ms", times["ifmem --version"]).beside(bare)
    yield row("ifmem --version, over a bare interpreter", "ms", over, at_most(60))
    for name in ("ifmem status", "ifmem ask"):
        yield row(name, "ms", times[name], at_most_times(1.3)).beside(imports)
    yield row("of it the answer's own duration", "ms", times["of it the answer's own duration"])
    yield imports
    yield bare


def _heavy_imports(*arguments: str) -> int:
    """How many of the heavy packages a command imports, by the interpreter's own account."""
    found = {name.partition(".")[0] for name in IMPORTED.findall(run("-X", "importtime", *arguments).stderr)}
    return len(found & set(HEAVY))
