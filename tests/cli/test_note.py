"""`ifmem note` on a folder whose set does not run: the notes are kept all the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ifmem.cli.app import run

from .conftest import Puts, Typed

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, *arguments: str) -> Any:
    """What a command says with --json."""
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def notes(capsys: Capture) -> dict[str, str]:
    return {note["id"]: note["text"] for note in told(capsys, "note", "--list")["notes"]}


def test_a_text_is_noted_and_it_is_said_when_it_will_be_read(folder: Path, capsys: Capture) -> None:
    assert run(["note", "The crane", "is broken."]) == 0
    assert capsys.readouterr() == ("noted as note-1\n", "read at the next ifmem up. See: ifmem note --list\n")
    assert (folder / ".ifmem/working/note-1.md").read_text().endswith("\n\nThe crane is broken.\n")
    assert (folder / ".ifmem/.gitignore").read_text().endswith("*\n")


def test_json_is_one_object(capsys: Capture) -> None:
    said = told(capsys, "note", "The crane is broken.", "--expires", "7d")
    assert (said["schema"], said["read_by"], said["note"]["id"], said["note"]["expired"]) == (1, [], "note-1", False)
    assert said["note"]["until"] - said["note"]["at"] == 7 * 86_400


@pytest.mark.parametrize("arguments", [["note"], ["note", "-"]])
def test_a_pipe_is_noted(arguments: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("Die Fähre\nfährt.\n".encode()))
    run(arguments)
    capsys.readouterr()
    assert notes(capsys) == {"note-1": "Die Fähre\nfährt."}


def test_a_file_is_noted(folder: Path, capsys: Capture) -> None:
    (folder / "plan.md").write_text("# Plan\n\nPaint the buoy.\n")
    assert run(["note", "-f", "plan.md"]) == 0
    capsys.readouterr()
    assert notes(capsys) == {"note-1": "# Plan\n\nPaint the buoy."}


def test_a_note_is_edited_prolonged_and_removed(capsys: Capture) -> None:
    run(["note", "The crane is broken.", "--expires", "12h"])
    run(["note", "--edit", "1", "The crane is mended."])
    run(["note", "--edit", "note-1", "--expires", "never"])
    capsys.readouterr()
    (note,) = told(capsys, "note", "--list")["notes"]
    assert (note["text"], note["until"]) == ("The crane is mended.", None)
    assert run(["note", "--remove", "1"]) == 0
    assert capsys.readouterr().out == "note-1 removed\n"
    assert notes(capsys) == {}


def test_what_is_removed_counts_until_no_later_time(capsys: Capture) -> None:
    run(["note", "The crane is broken.", "--expires", "12h"])
    capsys.readouterr()
    assert run(["note", "--remove", "1"]) == 0
    assert capsys.readouterr().out == "note-1 removed\n"


def test_a_terminal_gets_paragraphs_and_a_pipe_gets_rows(terminal: Puts, capsys: Capture) -> None:
    run(["note", "one\ntwo\x1b[31m", "--expires", "3d"])
    stdout = terminal("stdout")
    run(["note", "--list"])
    assert stdout.getvalue().splitlines()[0].startswith("note-1  ")
    assert "expires in 2d23h" in stdout.getvalue()
    assert stdout.getvalue().splitlines()[1:] == ["  one", "  two[31m"]


def test_a_row_is_one_line(capsys: Capture) -> None:
    run(["note", "one\ntwo"])
    capsys.readouterr()
    run(["note", "--list"])
    head, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert dict(zip(head, row, strict=True)) | {"AT": ""} == {
        "ID": "note-1",
        "AT": "",
        "CHANGED": "",
        "UNTIL": "",
        "EXPIRED": "false",
        "TEXT": r"one\ntwo",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["note", "  "], "empty"),
        (["note", "-f", "missing.md"], "missing.md"),
        (["note", "-f", "binary"], "not UTF-8"),
        (["note", "x", "-f", "binary"], "not both"),
        (["note", "x", "--expires", "soon"], "--expires 30m"),
        (["note", "--edit", "7", "x"], "no note '7'"),
        (["note", "--remove", "../x"], "no note"),
        (["note", "--list", "--remove", "1"], "do not go together"),
        (["note", "--list", "x"], "neither a text"),
    ],
)
def test_wrong_usage_is_exit_2(folder: Path, capsys: Capture, arguments: list[str], said: str) -> None:
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err and "Traceback" not in err


def test_nothing_to_note_on_a_terminal_says_what_to_do(capsys: Capture, terminal: Puts) -> None:
    terminal("stdin")
    assert run(["note"]) == 2
    assert 'ifmem note "…"' in capsys.readouterr().err
