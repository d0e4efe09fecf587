from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ifmem.core.answers import Answer
from ifmem.core.costs import Batch
from ifmem.core.findings import Finding, Usage
from ifmem.core.queries import Query
from ifmem.core.spending import Payment
from ifmem.stores.archive import START, Archive
from ifmem.stores.journal import Entry


def found(name: str, text: str = "text", shard: str = "docs", created_at: float = 1.0) -> Finding:
    return Finding(name, f"q_{name}", shard, found=True, text=text, created_at=created_at)


def entry(number: int, finding: Finding) -> Entry:
    return Entry(f"{number}-0", "finding", finding.to_json())


def ids(findings: list[Finding]) -> list[str]:
    return [finding.id for finding in findings]


def test_every_kind_of_entry_is_kept(archive: Archive) -> None:
    query, answer = Query("q_1", "Why?", asked_at=1.0), Answer("q_1", "Why?", "So.", found=True, asked_at=1.0)
    event = {"at": 2.0, "kind": "died", "name": "docs", "text": "docs died", "pause_s": 0.0}
    archive.record(
        [
            Entry("1-0", "question", query.to_json()),
            entry(2, found("f_1")),
            Entry("3-0", "answer", answer.to_json()),
            Entry("4-0", "event", json.dumps(event)),
        ]
    )
    assert archive.counts() == {"questions": 1, "findings": 1, "answers": 1, "events": 1}
    assert archive.findings(10) == [found("f_1")]
    assert archive.answer("q_1") == answer
    assert archive.events(10) == [event]
    assert archive.position() == "4-0"


def test_entries_that_come_again_are_kept_once(archive: Archive) -> None:
    entries = [entry(1, found("f_1")), Entry("2-0", "event", '{"kind":"died"}')]
    archive.record(entries)
    archive.record(entries)
    assert archive.counts() == {"questions": 0, "findings": 1, "answers": 0, "events": 1}


def test_entries_and_the_position_are_kept_together_or_not_at_all(archive: Archive) -> None:
    archive.record([entry(1, found("f_1"))])

    def cut_off() -> Iterator[Entry]:
        yield entry(2, found("f_2"))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        archive.record(cut_off())
    assert ids(archive.findings(10)) == ["f_1"]
    assert archive.position() == "1-0"


def test_a_new_archive_has_read_nothing(archive: Archive) -> None:
    archive.record([])
    assert archive.position() == START


def test_the_newest_findings_come_first(archive: Archive) -> None:
    for number, created_at in enumerate((2.0, 3.0, 1.0)):
        archive.record([entry(number + 1, found(f"f_{number}", created_at=created_at))])
    assert ids(archive.findings(10)) == ["f_1", "f_0", "f_2"]
    assert ids(archive.findings(1)) == ["f_1"]


def test_findings_of_one_shard(archive: Archive) -> None:
    archive.record([entry(1, found("f_1", shard="code")), entry(2, found("f_2"))])
    assert ids(archive.findings(10, shard="code")) == ["f_1"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("herring", ["f_1"]),
        ("BOATS herring", ["f_1"]),
        ("herring mountain", []),
        ("100%", ["f_2"]),
        ("%", ["f_2"]),
        ("a_b", ["f_3"]),
        ("_", ["f_3"]),
        ("c:\\temp", ["f_4"]),
        ("", ["f_4", "f_3", "f_2", "f_1"]),
    ],
)
def test_a_search_finds_its_words_as_they_are_written(archive: Archive, search: str, expected: list[str]) -> None:
    texts = ("herring boats", "it is 100% sure", "a_b", "c:\\temp")
    archive.record([entry(n, found(f"f_{n}", text, created_at=n)) for n, text in enumerate(texts, 1)])
    assert ids(archive.findings(10, search=search)) == expected


def test_nobody_else_can_read_it(archive: Archive, path: Path) -> None:
    archive.record([entry(1, found("f_1"))])
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("ifmem.db*")}
    assert set(modes.values()) == {0o600}, modes
    assert "ifmem.db-wal" in modes


def test_readers_read_while_the_writer_writes(archive: Archive, path: Path) -> None:
    archive.record([entry(1, found("f_1"))])
    with Archive.reading(path) as reader:
        assert reader is not None
        archive.record([entry(2, found("f_2", created_at=2.0))])
        assert ids(reader.findings(10)) == ["f_2", "f_1"]


def test_there_is_nothing_to_read_before_the_first_start(path: Path) -> None:
    with Archive.reading(path) as reader:
        assert reader is None
    assert not path.exists()


def test_it_is_opened_again_with_what_it_held(path: Path) -> None:
    for number in (1, 2):
        with Archive.writing(path) as archive:
            archive.record([entry(number, found(f"f_{number}", created_at=number))])
    with Archive.reading(path) as reader:
        assert reader is not None
        assert ids(reader.findings(10)) == ["f_2", "f_1"]


NOON = 1_795_262_400  # 2026-11-21 12:00 UTC


def call(
    name: str, at: int = NOON, process: str = "docs", usage: Usage | None = None, cost: int | None = None
) -> Entry:
    who = (process, "answer", "anthropic", "m", "d1", 90)
    payment = Payment(name, at, "q_1", *who, usage, cost, 9 if cost is None else cost, usage, cost)
    return Entry(f"{at}-{name[-1]}", "call", payment.to_json())


def test_calls_are_added_up_by_day_and_process_and_what_is_not_measured_is_no_zero(archive: Archive) -> None:
    usage = Usage(1, 2, 3, 4)
    archive.record([call("c_1", usage=usage, cost=10), call("c_2", usage=usage, cost=10), call("c_3")])
    archive.record([call("c_4", process="code"), call("c_5", at=NOON - 86_400, process="code")])
    docs = Batch("2026-11-21", "docs", "answer", "m", 3, 2, 2, Usage(2, 4, 6, 8), 20, Usage(2, 4, 6, 8), 29, 20)
    nothing = ("code", "answer", "m", 1, 0, 0, Usage(), 0, Usage(), 9, 0)
    assert archive.spending(0) == [Batch("2026-11-20", *nothing), Batch("2026-11-21", *nothing), docs]
    assert archive.spending(NOON) == [Batch("2026-11-21", *nothing), docs]
    assert (archive.charged(NOON), archive.last_call_at()) == (38, NOON)


def test_a_call_that_comes_again_is_kept_once(archive: Archive) -> None:
    archive.record([call("c_1", cost=10)])
    archive.record([call("c_1", cost=10)])
    assert archive.charged(0) == 10


def test_an_archive_without_calls_has_cost_nothing(archive: Archive) -> None:
    assert (archive.spending(0), archive.charged(0), archive.last_call_at()) == ([], 0, None)
