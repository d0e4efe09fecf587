from __future__ import annotations

import re

import pytest

from ifmem.bench.run import MEASUREMENTS
from ifmem.chaos.faults import FAULTS
from ifmem.cli.app import run

Capture = pytest.CaptureFixture[str]


def test_the_help_names_every_measurement(capsys: Capture) -> None:
    assert run(["bench", "-h"]) == 0
    assert _named(capsys.readouterr().out.partition("<list[str]>")[2], "; all by default") == list(MEASUREMENTS)


def test_the_help_names_every_fault(capsys: Capture) -> None:
    assert run(["chaos", "-h"]) == 0
    assert _named(capsys.readouterr().out.partition("Only some of:")[2], ".") == list(FAULTS)


def test_a_measurement_that_fails_says_so_also_when_it_is_to_be_quiet(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[object]:
        raise OSError("no room")

    monkeypatch.setitem(MEASUREMENTS, "quotes", fails)
    assert run(["bench", "quotes", "-q"]) == 1
    assert "quotes: OSError: no room" in capsys.readouterr().err


def _named(text: str, end: str) -> list[str]:
    """The names in a list that was wrapped to a terminal's width, a name at its hyphen too."""
    return re.findall(r"[a-z][a-z-]*", re.sub(r"-\s+", "-", text.partition(end)[0]))
