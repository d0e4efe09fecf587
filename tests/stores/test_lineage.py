from __future__ import annotations

import pytest

from ifmem.core.answers import Answer, ShardUse
from ifmem.core.descent import Descent, is_finding_id
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry


def finding(name: str, *built_on: str, cites: tuple[str, ...] = ()) -> Finding:
    citations = tuple(Citation(path, 1, 1, "words") for path in cites)
    return Finding(name, "q_1", "docs", found=True, text="text", citations=citations, built_on=built_on)


def test_a_finding_knows_what_it_was_built_on_and_what_was_built_on_it(archive: Archive) -> None:
    answer = Answer(
        "q_9", "Why?", "So.", found=True, shards=(ShardUse("docs", True, finding="f_2"), ShardUse("code", False))
    )
    archive.add([finding("f_1"), finding("f_2", "f_1"), finding("f_3", "f_2")])
    archive.record([Entry("1-0", "answer", answer.to_json())])
    assert archive.descent("f_2") == Descent(("f_1",), ("f_3",), ("q_9",))
    assert archive.descent("f_1") == Descent((), ("f_2",), ())


def test_citing_a_finding_is_building_on_it(archive: Archive) -> None:
    archive.add([finding("f_2", cites=("f_1", "docs/f_3.md"))])
    assert archive.descent("f_1").findings == ("f_2",)
    assert archive.descent("f_2").built_on == ("f_1",)


def test_a_finding_that_comes_again_has_its_relations_once(archive: Archive) -> None:
    for _ in range(2):
        archive.add([finding("f_2", "f_1")])
    assert archive.descent("f_1").findings == ("f_2",)


def test_an_answer_that_cannot_be_read_back_stops_nothing(archive: Archive) -> None:
    broken = '{"id": "q_1", "question": "?", "answer": "", "asked_at": 1, "found": true, "shards": [{"asked": true}]}'
    archive.record([Entry("1-0", "answer", broken), Entry("2-0", "finding", finding("f_1").to_json())])
    assert archive.counts() == {"questions": 0, "findings": 1, "answers": 0, "events": 1}


@pytest.mark.parametrize(
    ("path", "expected"), [("f_019a5c3d2f1b", True), ("f_ile.py", False), ("src/f_1", False), ("f_", False)]
)
def test_ids_of_findings_are_told_from_paths(path: str, expected: bool) -> None:
    assert is_finding_id(path) is expected
