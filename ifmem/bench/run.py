"""Runs measurements one after the other. One that fails says why and does not stop the others."""

from __future__ import annotations

import logging
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifmem import __version__
from ifmem.bench.bridge import measure_bridge
from ifmem.bench.budget import measure_budget
from ifmem.bench.context import measure_context
from ifmem.bench.footprint import measure_idle, measure_memory
from ifmem.bench.freshness import measure_freshness
from ifmem.bench.hand_off import measure_fan_out, measure_hand_off
from ifmem.bench.money import measure_money
from ifmem.bench.overload import measure_overload
from ifmem.bench.peers import measure_peers
from ifmem.bench.private_set import private_place
from ifmem.bench.quotes import measure_quotes
from ifmem.bench.restart import measure_restart
from ifmem.bench.retrieval import measure_retrieval
from ifmem.bench.rows import Row
from ifmem.bench.scale import Scale, Skipped
from ifmem.bench.start_up import measure_start_up
from ifmem.bench.streaming import measure_streaming
from ifmem.bench.subscribing import measure_subscribing
from ifmem.bench.swarm import measure_swarm
from ifmem.bench.up import measure_up
from ifmem.bench.warmth import measure_warmth
from ifmem.errors import Exit, IfmemError

Measure = Callable[[Path, Scale], Iterable[Row]]
MEASUREMENTS: dict[str, Measure] = {
    "restart": measure_restart,
    "memory": measure_memory,
    "hand-off": measure_hand_off,
    "peers": measure_peers,
    "fan-out": measure_fan_out,
    "context": measure_context,
    "start-up": measure_start_up,
    "up": measure_up,
    "idle": measure_idle,
    "retrieval": measure_retrieval,
    "quotes": measure_quotes,
    "money": measure_money,
    "warmth": measure_warmth,
    "bridge": measure_bridge,
    "freshness": measure_freshness,
    "budget": measure_budget,
    "streaming": measure_streaming,
    "subscribing": measure_subscribing,
    "swarm": measure_swarm,
    "overload": measure_overload,
}
log = logging.getLogger("ifmem")


@dataclass(frozen=True)
class Outcome:
    """What came of one measurement; `error` says why its rows are missing or not all there, `skipped` why it was not tried."""

    name: str
    rows: tuple[Row, ...]
    took_s: float
    error: str = ""
    skipped: str = ""

    def as_object(self) -> dict[str, Any]:
        rows = [row.as_object() for row in self.rows]
        took_s = round(self.took_s, 3)
        return {"name": self.name, "rows": rows, "took_s": took_s, "error": self.error, "skipped": self.skipped}


def measure(names: Sequence[str], scale: Scale, known: Mapping[str, Measure] = MEASUREMENTS) -> Iterator[Outcome]:
    """The named measurements, or all known ones, each in a place of its own that is gone afterwards.

    Raises IfmemError for a name that is no measurement.
    """
    if unknown := [name for name in names if name not in known]:
        raise IfmemError(
            f"there is no measurement {unknown[0]!r}.",
            fix=f"Name some of: {', '.join(known)}",
            exit_code=Exit.USAGE,
        )
    for name in names or known:
        yield _outcome(name, known[name], scale)


def _outcome(name: str, measurement: Measure, scale: Scale) -> Outcome:
    started, rows, error, skipped = time.perf_counter(), list[Row](), "", ""
    try:
        with private_place() as place:
            rows.extend(measurement(place / "set", scale))
    except* Skipped as errors:
        skipped = " ".join(f"{one.what} {one.fix}" for one in _leaves(errors))
    except* IfmemError as errors:
        error = "; ".join(f"{one.what} {one.why}".strip() for one in _leaves(errors))
    except* Exception as errors:
        log.exception("%s failed", name)
        error = "; ".join(f"{type(one).__name__}: {one}" for one in _leaves(errors))
    return Outcome(name, tuple(rows), time.perf_counter() - started, error, skipped)


def _leaves(errors: BaseExceptionGroup[Any]) -> Iterator[Any]:
    for error in errors.exceptions:
        yield from _leaves(error) if isinstance(error, BaseExceptionGroup) else (error,)


def machine() -> dict[str, Any]:
    """Where it was measured: without it numbers say little."""
    return {
        "ifmem": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
