"""`ifmem remember` on a folder whose set does not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.cli.app import run

Capture = pytest.CaptureFixture[str]
SAID = {"role": "user", "content": "Why does the lock stay?", "timestamp": "2025-11-19T10:02:11Z"}


def transcript(folder: Path, name: str = "one.jsonl", text: str = "") -> str:
    path = folder / name
    path.write_text(text or json.dumps(SAID) + "\n")
    return str(path)


def test_each_session_is_a_line_and_is_kept_once(folder: Path, capsys: Capture) -> None:
    path = transcript(folder)
    assert run(["remember", path]) == 0
    out, err = capsys.readouterr()
    (kept,) = (folder / ".ifmem/history").iterdir()
    assert out == f"new  2025-11-19  Agent  1 utterance  {kept.name}  from one.jsonl\n"
    assert err.startswith("1 session: 1 new. Ask: ifmem ask")
    run(["remember", path, transcript(folder, "two.md", "# Meeting\n")])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["known", "new"]


def test_json_is_one_object(folder: Path, capsys: Capture) -> None:
    assert run(["remember", "--json", transcript(folder)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["read_by"]) == (1, [])
    assert [(one["day"], one["utterances"], one["state"]) for one in said["sessions"]] == [("2025-11-19", 1, "new")]


@pytest.mark.parametrize("name", ["missing.jsonl", "empty.jsonl", "."])
def test_what_is_no_transcript_is_wrong_usage(folder: Path, capsys: Capture, name: str) -> None:
    (folder / "empty.jsonl").write_text("\n")
    assert run(["remember", name]) == 2
    out, err = capsys.readouterr()
    assert out == "" and name in err and "Traceback" not in err


def test_no_transcript_at_all_is_wrong_usage(capsys: Capture) -> None:
    assert run(["remember"]) == 2
    assert "TRANSCRIPT" in capsys.readouterr().err
