from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.cli.app import run

Capture = pytest.CaptureFixture[str]
QUESTIONS = [
    {"id": "a", "question": "Who feeds the ferrets?", "evidence": [{"path": "zoo.md", "start": 3, "end": 3}]},
    {"id": "b", "question": "Where is class Burrow?", "evidence": [{"path": "burrow.py", "start": 1, "end": 2}]},
    {"id": "c", "question": "Which submarine was sold?", "not_found": True, "kind": "absent"},
]


@pytest.fixture
def questions(folder: Path) -> Path:
    (folder / "zoo.md").write_text("# Zoo\n\nHarriet feeds the ferrets at noon.\n", encoding="utf-8")
    (folder / "burrow.py").write_text("class Burrow:\n    depth = 3\n", encoding="utf-8")
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS), encoding="utf-8")
    return path


def test_measures_a_folder_without_a_running_set(questions: Path, capsys: Capture) -> None:
    assert run(["eval", str(questions)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows[0][:4] == ["QUESTIONS", "N", "HIT@1", "HIT@5"]
    measured = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])}
    assert measured["all"]["HIT@1"] == measured["all"]["REFUSED"] == "1.00"
    assert measured["all"]["FALSELY"] == "0.00"
    assert measured["code"]["N"] == measured["docs"]["N"] == measured["absent"]["N"] == "1"


def test_json_can_be_compared_with_later(questions: Path, capsys: Capture) -> None:
    run(["eval", str(questions), "--json"])
    before = capsys.readouterr().out
    assert json.loads(before)["all"]["hit_at_1"]["value"] == 1.0
    (questions.parent / "before.json").write_text(before, encoding="utf-8")
    (questions.parent / "zoo.md").write_text("# Zoo\n\n\n\nClosed.\n", encoding="utf-8")
    run(["eval", str(questions), "--compare", "before.json"])
    assert "a  hit 1 -> refused  Who feeds the ferrets?" in capsys.readouterr().out


def test_nothing_changed_is_said(questions: Path, capsys: Capture) -> None:
    run(["eval", str(questions), "--json"])
    (questions.parent / "before.json").write_text(capsys.readouterr().out, encoding="utf-8")
    run(["eval", str(questions), "--compare", "before.json"])
    assert "no question went another way" in capsys.readouterr().out


def test_evidence_that_is_not_loaded_is_named(questions: Path, capsys: Capture) -> None:
    (questions.parent / "zoo.md").unlink()
    run(["eval", str(questions)])
    assert "1 place of evidence is not loaded" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "content"), [("missing", None), ("other", "[]"), ("broken", "{")])
def test_refuses_to_compare_with_what_it_did_not_print(
    name: str, content: str | None, questions: Path, capsys: Capture
) -> None:
    if content is not None:
        (questions.parent / name).write_text(content, encoding="utf-8")
    assert run(["eval", str(questions), "--compare", name]) == 2
    assert name in capsys.readouterr().err


def test_a_broken_question_is_refused_before_anything_is_loaded(questions: Path, capsys: Capture) -> None:
    questions.write_text("{}\n", encoding="utf-8")
    assert run(["eval", str(questions)]) == 2
    assert "questions.jsonl:1" in capsys.readouterr().err
    assert not (questions.parent / ".ifmem").exists()
