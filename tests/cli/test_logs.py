from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.cli.logs import moment
from ifmem.errors import IfmemError

from .fakes import SpokenMemory, touch_log

Capture = pytest.CaptureFixture[str]


def test_lines_carry_the_name_of_their_process(folder: Path, capsys: Capture) -> None:
    touch_log(folder, "code", "2026-11-21T09:00:02Z ready [bold]\x1b[31m")
    touch_log(folder, "supervisor", "2026-11-21T09:00:01Z started")
    assert run(["logs"]) == 0
    expected = "supervisor  | 2026-11-21T09:00:01Z started\ncode        | 2026-11-21T09:00:02Z ready [bold][31m\n"
    assert capsys.readouterr().out == expected


def test_names_and_number_choose_and_json_is_one_object_a_line(folder: Path, capsys: Capture) -> None:
    touch_log(folder, "code", "2026-11-21T09:00:01Z one", "2026-11-21T09:00:02Z two")
    touch_log(folder, "docs", "2026-11-21T09:00:03Z three")
    assert run(["logs", "code", "-n", "1", "--json"]) == 0
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["schema"], line["process"], line["line"]) == (1, "code", "2026-11-21T09:00:02Z two")


def test_an_unknown_name_lists_what_there_is(folder: Path, capsys: Capture) -> None:
    touch_log(folder, "code", "2026-11-21T09:00:01Z one")
    assert run(["logs", "cod"]) == 2
    assert "There are: code" in capsys.readouterr().err


def test_no_logs_yet_says_when_there_will_be(capsys: Capture) -> None:
    assert run(["logs"]) == 1
    assert "ifmem up" in capsys.readouterr().err


EVENTS = [
    {"at": 120.0, "kind": "restarted", "name": "code", "text": "killed by SIGKILL"},
    {"at": 60.0, "kind": "started", "name": "docs", "text": ""},
]


def test_events_are_shown_by_time(capsys: Capture) -> None:
    assert run(["logs", "--events"], SpokenMemory(events=EVENTS)) == 0
    expected = "1970-01-01T00:01:00Z  docs  started\n1970-01-01T00:02:00Z  code  restarted  killed by SIGKILL\n"
    assert capsys.readouterr().out == expected


def test_events_can_be_chosen_by_name_and_time(capsys: Capture) -> None:
    run(["logs", "code", "--events", "--since", "1970-01-01T00:01:30Z", "--json"], SpokenMemory(events=EVENTS))
    assert json.loads(capsys.readouterr().out) == {"schema": 1, **EVENTS[0]}


@pytest.mark.parametrize(("text", "at"), [("30s", 970.0), ("10m", 400.0), ("0.1h", 640.0), ("1970-01-01T00:01", 60.0)])
def test_since_is_a_while_ago_or_a_time(text: str, at: float) -> None:
    assert moment(text, now=1000.0) == at


def test_since_refuses_anything_else() -> None:
    with pytest.raises(IfmemError, match="yesterday"):
        moment("yesterday", now=1000.0)
