"""How the report of a run is shown; runs themselves are in tests/chaos."""

from __future__ import annotations

import json

import pytest

from ifmem.chaos.report import INVARIANTS, FaultReport, Report
from ifmem.cli.chaos import show
from ifmem.cli.session import Session

from .conftest import Puts

Capture = pytest.CaptureFixture[str]
FAULTS = (
    FaultReport("kill-shard", "SIGKILL of a shard", 12, 8.04, 31.5, 141.0, 196.1),
    FaultReport("bus-silent", "the bus is unreachable", 1, None, None, 5.5, None),
    FaultReport("disk-full", "no space is left on the disk", 0, skipped="only Linux can"),
)
COUNTS = {"asked": 1200, "answered": 1190, "told": 10, "faults": 13, **dict.fromkeys(INVARIANTS, 0)}


def report(**counts: int) -> Report:
    return Report(7, 0.5, FAULTS, {**COUNTS, **counts}, {"told": ["10 × busy"], "lost": ["q_1"]})


def test_a_terminal_gets_a_table_and_what_held(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert show(report(), Session()) == 0
    shown = stdout.getvalue()
    assert "kill-shard" in shown
    assert "8.0 ms" in shown
    assert "141 ms" in shown
    assert "1,200 asked, 1,190 answered, 10 told why not" in shown
    assert "BROKEN" not in shown
    assert "skipped disk-full: only Linux can" in shown


def test_what_does_not_hold_is_named_with_its_details_and_is_an_exit_code(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert show(report(lost=1), Session()) == 1
    assert f"BROKEN  1 {INVARIANTS['lost']}" in stdout.getvalue()
    assert "lost: q_1" in stdout.getvalue()


def test_json_is_one_object_and_says_what_is_broken(capsys: Capture) -> None:
    assert show(report(orphans=2), Session(as_json=True)) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["schema"], printed["broken"], printed["counts"]["orphans"]) == (1, ["orphans"], 2)
    assert [one["fault"] for one in printed["faults"]] == ["kill-shard", "bus-silent", "disk-full"]


def test_piped_output_has_every_fault_and_every_count(capsys: Capture) -> None:
    show(report(), Session())
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["kill-shard", "12", "8.0", "31.5", "141.0", "196.1", ""] in rows
    assert all([name, "0"] in rows for name in INVARIANTS)
    assert ["BROKEN", "WHAT"] not in rows
    show(report(lost=1), Session())
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows[-2:] == [["BROKEN", "WHAT"], ["lost", "q_1"]]
