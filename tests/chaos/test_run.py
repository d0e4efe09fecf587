"""A short run of the real thing: a set of its own, clients, faults, and a judgement that has nothing to object to. No time is asserted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from e2e_cli import ifmem
from running_set import PATIENCE_S

from ifmem.chaos.report import INVARIANTS

FAULTS = "kill-shard,kill-coordinator,kill-bus,bus-empty,bus-full,disk-full,clock-forward,leave,poison,pause"


@pytest.fixture
def place() -> Iterator[Path]:
    """Where runs make their folders. Not pytest's own: a set whose folder has a long path keeps its socket elsewhere."""
    with tempfile.TemporaryDirectory(prefix="c-") as folder:
        yield Path(folder)


def test_a_short_run_loses_nothing_and_leaves_nothing_behind(place: Path) -> None:
    done = ifmem(
        *("chaos", "--minutes", "0.2", "--seed", "3", "--clients", "8", "--faults", FAULTS, "--json"),
        env={"TMPDIR": str(place), "IFMEM_REDIS_URL": "redis://127.0.0.1:1"},
        within_s=2 * PATIENCE_S,
    )
    report = json.loads(done.out)
    assert report["broken"] == [], report["details"]
    assert done.code == 0
    counts = report["counts"]
    assert counts["faults"] >= 5
    assert counts["answered"] > counts["told"]
    assert counts["asked"] == counts["answered"] + counts["told"]
    assert set(INVARIANTS) <= set(counts)
    assert list(place.iterdir()) == []


def test_an_unknown_fault_is_refused_before_anything_starts() -> None:
    done = ifmem("chaos", "--faults", "kill-everyone")
    assert done.explained(2, "there is no fault 'kill-everyone'", "Name some of: kill-shard")


def test_an_interrupt_stops_the_set_and_removes_its_folder(place: Path) -> None:
    running = subprocess.Popen(
        (sys.executable, "-m", "ifmem", "chaos", "--minutes", "5", "--faults", "pause"),
        env={**os.environ, "TMPDIR": str(place)},
        stderr=subprocess.PIPE,
    )
    assert running.stderr is not None
    assert running.stderr.readline().startswith(b"pause ")
    inside = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=PATIENCE_S)
    _, left = psutil.wait_procs(inside, timeout=PATIENCE_S)
    assert (left, list(place.iterdir())) == ([], [])
    assert running.returncode != 0
