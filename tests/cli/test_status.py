from __future__ import annotations

import json
from dataclasses import fields

import pytest

from ifmem.cli.app import run
from ifmem.core.lifecycle import HUNG
from ifmem.core.status import ProcessStatus

from .conftest import Puts
from .fakes import READY, STOPPED, SpokenMemory, a_status, shard

DEGRADED = a_status(shard(1, "code"), shard(2, "docs", "failed", reason="a\tb\nc", fix="x"), state="degraded")


def test_piped_output_is_tab_separated_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"], SpokenMemory(status=DEGRADED)) == 0
    head, code, docs = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert len(head) == len(code) == len(docs) == len(fields(ProcessStatus))
    assert dict(zip(head, docs, strict=True))["REASON"] == r"a\tb\nc"
    assert dict(zip(head, code, strict=True))["TOKENS"] == "148000"


def test_piped_output_tells_times_as_every_other_table_does(capsys: pytest.CaptureFixture[str]) -> None:
    since = a_status(shard(1, "code", since=1_795_272_840.0), shard(2, "docs"))
    assert run(["status"], SpokenMemory(status=since)) == 0
    head, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert [dict(zip(head, row, strict=True))["SINCE"] for row in rows] == ["2026-11-21T14:54:00Z", ""]


def test_a_terminal_gets_the_table(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["status"], SpokenMemory(status=READY)) == 0
    assert "#  SHARD    STATE" in stdout.getvalue()


def test_nothing_running_is_exit_3_with_the_command_that_starts_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"], SpokenMemory(status=STOPPED)) == 3
    out, err = capsys.readouterr()
    assert out == "" and err == "ifmem: nothing is running for /folder.\n  Start it: ifmem up\n"


@pytest.mark.parametrize(("status", "code"), [(READY, 0), (DEGRADED, 0), (STOPPED, 3)])
def test_json_parses_in_every_state(status: object, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--json"], SpokenMemory(status=status)) == code
    assert json.loads(capsys.readouterr().out)["schema"] == 1


def test_check_fails_when_a_shard_is_not_ready() -> None:
    assert run(["status", "--check"], SpokenMemory(status=DEGRADED)) == 1
    assert run(["status", "--check"], SpokenMemory(status=READY)) == 0


def test_a_supervisor_that_stands_still_fails_the_check_and_says_what_replaces_it(terminal: Puts) -> None:
    stdout = terminal("stdout")
    hung = a_status(shard(1, "code"), state=HUNG, reason="it stands still", fix="Replace it: ifmem up")
    assert run(["status"], SpokenMemory(status=hung)) == 0
    assert "Replace it: ifmem up" in stdout.getvalue()
    assert run(["status", "--check"], SpokenMemory(status=hung)) == 1


def test_a_bus_that_cannot_be_reached_is_not_taken_for_a_stopped_set(capsys: pytest.CaptureFixture[str]) -> None:
    status = a_status(state="unreachable", reason="connection refused", fix="start it")
    assert run(["status"], SpokenMemory(status=status)) == 1
    assert "connection refused\n  start it\n" in capsys.readouterr().err


def test_leaving_a_watch_keeps_the_last_frame_and_stops_nothing(
    terminal: Puts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifmem.cli.status.LOOK_EVERY_S", 0)
    stdout = terminal("stdout")
    memory = SpokenMemory(status=READY)
    looks = iter([READY, DEGRADED])

    def look() -> object:
        if (status := next(looks, None)) is None:
            raise KeyboardInterrupt
        return status

    memory.status = look  # type: ignore[method-assign, assignment]
    assert run(["status", "--watch"], memory) == 0
    assert "docs   failed" in stdout.getvalue().rpartition("ifmem degraded")[2]
    assert "down" not in [name for name, _ in memory.calls]
