"""Each measurement once, at next to no size: that it works, what it yields, and that it leaves nothing behind. No time is asserted."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from running_set import PATIENCE_S

from ifmem.bench.neighbours import installed
from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.rows import Row, row
from ifmem.bench.run import MEASUREMENTS, measure
from ifmem.bench.scale import Scale
from ifmem.errors import Exit, IfmemError
from ifmem.processes.process_table import descendants

TINY = Scale(samples=0.001, size=0.01)
SOME = row("x", "ms", [1.0])
ROWS = {
    "restart": 3,
    "memory": 3,
    "hand-off": 4,
    "fan-out": 3,
    "context": 6,
    "start-up": 8,
    "bridge": 7,
    "up": 2,
    "idle": 1,
    "retrieval": 4,
    "quotes": 17,
    "money": 10,
    "warmth": 36,
    "budget": 3,
    "streaming": 1,
    "subscribing": 3,
    "freshness": 5,
    "overload": 16,
    "swarm": 10 + bool(find_spec("rq")),
}


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where measurements make their places. Not pytest's own folder: a set whose folder has a long path keeps its socket elsewhere."""
    with tempfile.TemporaryDirectory(prefix="b-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def left_of(before: list[psutil.Process]) -> list[psutil.Process]:
    """What was started since and does not leave. A supervisor gives its lock back just before it leaves."""
    _, left = psutil.wait_procs([one for one in descendants(os.getpid()) if one not in before], timeout=PATIENCE_S)
    return left


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", ROWS)
def test_a_measurement_yields_its_rows_and_leaves_nothing_behind(name: str, temporary: Path) -> None:
    before = descendants(os.getpid())
    (outcome,) = measure([name], TINY)
    assert outcome.error == ""
    assert len(outcome.rows) == ROWS[name]
    for one in outcome.rows:
        assert math.isfinite(one.p50)
        assert one.samples >= 1
    assert list(temporary.iterdir()) == []
    assert left_of(before) == []


def test_every_measurement_has_a_test() -> None:
    assert set(MEASUREMENTS) == {*ROWS, "peers"}


@pytest.mark.skipif(bool(installed()), reason="neighbours are installed")
def test_neighbours_that_are_not_installed_are_skipped_and_no_failure() -> None:
    (outcome,) = measure(["peers"], TINY)
    assert (outcome.error, outcome.rows) == ("", ())
    assert "make bench-peers" in outcome.skipped


def test_one_failure_says_why_keeps_its_rows_and_does_not_stop_the_others(temporary: Path) -> None:
    def breaks(place: Path, scale: Scale) -> Iterator[Row]:
        yield SOME
        raise IfmemError("cannot run git.", why="no such file")

    def surprises(place: Path, scale: Scale) -> Iterator[Row]:
        raise KeyError("x")

    def works(place: Path, scale: Scale) -> Iterator[Row]:
        yield SOME

    made = {"breaks": breaks, "surprises": surprises, "works": works}
    outcomes = [(outcome.rows, outcome.error) for outcome in measure((), TINY, made)]
    assert outcomes == [((SOME,), "cannot run git. no such file"), ((), "KeyError: 'x'"), ((SOME,), "")]


def test_an_interrupt_stops_what_was_started(temporary: Path) -> None:
    def interrupted(place: Path, scale: Scale) -> Iterator[Row]:
        with private_set(write_small_folder(place)):
            raise KeyboardInterrupt
        yield SOME

    before = descendants(os.getpid())
    with pytest.raises(KeyboardInterrupt):
        list(measure((), TINY, {"interrupted": interrupted}))
    assert (left_of(before), list(temporary.iterdir())) == ([], [])


def test_nothing_of_the_user_is_used(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    monkeypatch.setenv("IFMEM_REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("IFMEM_NAMESPACE", "mine")
    (outcome,) = measure(["fan-out"], TINY)
    assert outcome.error == ""
    assert os.environ["IFMEM_NAMESPACE"] == "mine"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(IfmemError, match="no measurement 'hand'") as caught:
        list(measure(["hand"], TINY))
    assert caught.value.exit_code == Exit.USAGE
    assert "hand-off" in caught.value.fix
