from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ifmem.cli.app import run
from ifmem.config.loading import load
from ifmem.core.answers import Answer
from ifmem.core.documents import Citation
from ifmem.core.receipts import sealed
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry

from .conftest import Typed

Capture = pytest.CaptureFixture[str]
TEXT = "one\nretries are decided here\n"


@pytest.fixture
def answer(folder: Path) -> Answer:
    (folder / "bus.md").write_text(TEXT)
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    citations = (Citation("bus.md", 2, 2, "retries are decided here", sha256, "docs", "verified", 1.5),)
    return sealed(Answer("q_1", "Where?", "Here.", True, citations))


def verified(receipt: Any, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    text = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
    monkeypatch.setattr(sys, "stdin", Typed(text))
    return run(["verify", "-", *options])


def test_a_receipt_on_stdin_is_checked_without_a_running_set(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert verified(answer.to_dict(), monkeypatch) == 0
    assert capsys.readouterr().out == "q_1  intact: no field was altered since it was given\n  bus.md:2  unchanged\n"


def test_a_receipt_in_a_file(answer: Answer, folder: Path, capsys: Capture) -> None:
    (folder / "receipt.json").write_text(json.dumps(answer.to_dict(), indent=2))
    assert run(["verify", "receipt.json"]) == 0
    assert "intact" in capsys.readouterr().out


def test_the_receipt_of_an_archived_question(answer: Answer, folder: Path, capsys: Capture) -> None:
    config = load(folder)
    config.home.mkdir()
    with Archive.writing(config.archive) as archive:
        archive.record([Entry("1-0", "answer", answer.to_json())])
    assert run(["verify", "q_1"]) == 0
    assert capsys.readouterr().out.startswith("q_1  intact")


def test_an_altered_field_is_exit_code_1(answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert verified({**answer.to_dict(), "answer": "There."}, monkeypatch) == 1
    assert "ALTERED" in capsys.readouterr().out


def test_a_false_quote_with_a_digest_that_fits_is_exit_code_1(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    forged = answer.to_dict()
    forged["citations"][0]["quote"] = "retries are decided there"
    assert verified(sealed(Answer.from_dict(forged)).to_dict(), monkeypatch) == 1
    assert "FALSE" in capsys.readouterr().out


def test_a_quote_that_its_source_no_longer_holds_is_exit_code_5(
    answer: Answer, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (folder / "bus.md").write_text("one\n")
    assert verified(answer.to_dict(), monkeypatch) == 5
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  bus.md:2  changed; the text it was taken from is no longer kept",
        "source bus.md: changed since it was read",
    ]


def test_a_moved_quote_is_no_failure(
    answer: Answer, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (folder / "bus.md").rename(folder / "retries.md")
    assert verified(answer.to_dict(), monkeypatch) == 0
    assert "bus.md:2  moved to retries.md:2\nsource bus.md: moved to retries.md" in capsys.readouterr().out


def test_an_older_receipt_has_no_digest_and_its_quotes_count(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    older = answer.to_dict()
    del older["digest"]
    assert verified(older, monkeypatch) == 0
    assert "no digest" in capsys.readouterr().out


def test_json_is_one_object(answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert verified(answer.to_dict(), monkeypatch, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["id"], told["digest"], told["genuine"], told["current"]) == (
        1,
        "q_1",
        "intact",
        True,
        True,
    )
    assert told["citations"][0] == {
        "path": "bus.md", "start_line": 2, "end_line": 2, "said": "verified", "loaded": "held", "now": "unchanged", "place": "",
    }  # fmt: skip
    assert told["sources"][0]["now"] == "unchanged"


@pytest.mark.parametrize("text", [b"", b"hello", b"[1]", b"\xff\xfe"])
def test_what_is_no_receipt_is_wrong_usage(text: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert verified(text, monkeypatch) == 2
    assert capsys.readouterr().err.startswith("ifmem: ")


def test_a_receipt_is_printed_without_what_a_terminal_would_act_on(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    receipt = answer.to_dict()
    receipt["citations"][0]["path"] = "bus\x1b[2J\n.md"
    assert verified(receipt, monkeypatch) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_neither_a_file_nor_a_question(capsys: Capture) -> None:
    assert run(["verify", "q_unknown"]) == 2
    assert "there is no question 'q_unknown'" in capsys.readouterr().err


def test_a_folder_is_no_receipt(folder: Path, capsys: Capture) -> None:
    assert run(["verify", "."]) == 2
    assert "cannot read ." in capsys.readouterr().err


def several(answer: Answer) -> bytes:
    """Good, altered, no receipt, gone."""
    gone = sealed(replace(answer, id="q_2", citations=(replace(answer.citations[0], path="gone.md", sha256="0" * 64),)))
    rows = [answer.to_dict(), {**answer.to_dict(), "answer": "There."}, {"id": 3}, gone.to_dict()]
    return "\n".join(map(json.dumps, rows)).encode() + b"\n\n"


def test_of_several_receipts_each_has_a_verdict_and_the_worst_counts(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert verified(several(answer), monkeypatch) == 1
    good, altered, none, gone = capsys.readouterr().out.splitlines()
    assert good == "q_1  intact; 1 unchanged"
    assert altered == "q_1  ALTERED; 1 unchanged"
    assert none.startswith("line 3  this is no receipt.")
    assert gone.startswith("q_2  intact; 1 ")


@pytest.mark.parametrize(("kept", "code"), [((0,), 0), ((0, 0), 0), ((0, 3), 5), ((0, 2), 2), ((2, 1, 3), 1)])
def test_the_worst_of_several(
    answer: Answer, kept: tuple[int, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    lines = several(answer).split(b"\n")
    assert verified(b"\n".join(lines[number] for number in kept), monkeypatch) == code


def test_json_of_several_is_a_line_each(
    answer: Answer, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (folder / "receipts.jsonl").write_bytes(several(answer))
    assert run(["verify", "receipts.jsonl", "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["line"] for one in told] == [1, 2, 3, 4]
    assert [one.get("genuine") for one in told][:3] == [True, False, None]
    assert told[2]["error"]["what"] == "this is no receipt."
