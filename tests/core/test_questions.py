from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.core.documents import Spot
from ifmem.core.questions import Place, Question, read_questions
from ifmem.errors import Exit, IfmemError

DATA = Path(__file__).parent.parent / "data" / "eval"
SETS = sorted(DATA.glob("*/*.jsonl"))


def test_reads_a_question_with_all_it_may_have() -> None:
    line = {
        "id": "q1",
        "question": "Why?",
        "evidence": [{"path": "a.md", "start": 3, "end": 4}],
        "must_contain": ["because"],
        "all": True,
        "kind": "compound",
    }
    assert read_questions(json.dumps(line), "q.jsonl") == (
        Question("q1", "Why?", (Place("a.md", 3, 4),), ("because",), every=True, kind="compound"),
    )


def test_reads_a_question_without_an_answer_and_skips_blank_lines() -> None:
    assert read_questions('\n{"id": "n", "question": "Who?", "not_found": true}\n\n', "q")[0].not_found


def test_a_place_is_met_by_lines_that_overlap_it() -> None:
    place = Place("a.md", 3, 5)
    assert [n for n in range(1, 9) if place.meets(Spot("a.md", n, n + 1))] == [2, 3, 4, 5]
    assert not place.meets(Spot("b.md", 3, 5))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "Expecting"),
        ("[]", "no attribute"),
        ('{"id": "q", "evidence": []}', "'question' is missing"),
        ('{"id": "q", "question": "?"}', "either evidence or not_found"),
        (
            '{"id": "q", "question": "?", "not_found": true, "evidence": [{"path": "a", "start": 1, "end": 1}]}',
            "either",
        ),
        ('{"id": "q", "question": "?", "not_found": true, "lines": 3}', "unknown: lines"),
        ('{"id": "q", "question": "?", "evidence": [{"path": "a", "start": 4, "end": 3}]}', "no such lines: 4 to 3"),
    ],
)
def test_says_which_line_cannot_be_used_and_why(line: str, why: str) -> None:
    with pytest.raises(IfmemError) as caught:
        read_questions(f'{{"id": "a", "question": "?", "not_found": true}}\n{line}', "q.jsonl")
    assert caught.value.exit_code is Exit.USAGE
    assert "q.jsonl:2" in caught.value.what
    assert why in caught.value.why


def test_refuses_an_id_that_stands_there_twice_and_an_empty_file() -> None:
    line = '{"id": "a", "question": "?", "not_found": true}\n'
    with pytest.raises(IfmemError, match=r"q:2"):
        read_questions(line * 2, "q")
    with pytest.raises(IfmemError, match=r"questions at q\."):
        read_questions("\n", "q")


@pytest.mark.parametrize("path", SETS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_questions_of_this_repository_can_be_read(path: Path) -> None:
    assert read_questions(path.read_text(encoding="utf-8"), path.name)


def test_the_halves_share_no_question_and_a_quarter_has_no_answer() -> None:
    halves = {half: [q for path in SETS if path.parent.name == half for q in _read(path)] for half in _halves()}
    assert set(halves) == {"development", "held-out"}
    texts = [question.text for questions in halves.values() for question in questions]
    assert len(texts) == len(set(texts)) >= 120
    for questions in halves.values():
        assert 0.2 <= sum(question.not_found for question in questions) / len(questions) <= 0.3


@pytest.mark.parametrize("corpus", ["notes", "chat", "conversations", "talks"])
def test_the_evidence_of_what_we_wrote_is_where_it_is_said_to_be(corpus: str) -> None:
    for path in DATA.glob(f"*/{corpus}.jsonl"):
        for question in _read(path):
            for place in question.evidence:
                lines = (DATA / corpus / place.path).read_text(encoding="utf-8").splitlines()
                assert all(lines[place.start - 1 : place.end]), question.id


def _halves() -> set[str]:
    return {path.parent.name for path in SETS}


def _read(path: Path) -> tuple[Question, ...]:
    return read_questions(path.read_text(encoding="utf-8"), path.name)
