from __future__ import annotations

import json

import pytest

from ifmem.core.answers import Answer, ShardUse
from ifmem.core.beat import Beat
from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding, PageUse, Usage
from ifmem.core.queries import Query
from ifmem.core.record import Record, new_id
from ifmem.core.status import ProcessStatus, Status

CITATION = Citation("a.md", 1, 2, "a quote, «naïve» \U0001f6a2", "ab" * 32, "docs", "verified", 1.5)
PAGES = (PageUse("d1", "warm", 10), PageUse("d2"))
USAGE = Usage(1, 2, 3, 4)
RECORDS: list[Record] = [
    CITATION,
    USAGE,
    Document("a.md", "text\n", "ab" * 32, 5, 2, 3),
    Query(
        "q_1", "Why?", shards=("docs",), pages=("d1",), weights={"why": 0.5}, levels=(1.5,), asked_at=1.0, deadline=2.0
    ),
    Finding("f_1", "q_1", "docs", found=True, text="so", citations=(CITATION,), pages=PAGES, usage=USAGE, score=0.5),
    ShardUse("docs", asked=True, score=0.5, pages=PAGES, finding="f_1", found=True, attempts=1),
    Answer("q_1", "Why?", "so", found=True, citations=(CITATION,), shards=(ShardUse("docs", True, pages=PAGES),)),
    Answer("q_1", "Why?", "", found=False, error={"what": "gave up", "exit_code": 1}),
    Beat("docs", 2, "ready", 1.0, 7, "host", late_s=-1.0, p50_ms=None),
    ProcessStatus(2, "docs", "ready", pid=7),
    Status("ready", "/folder", shards=(ProcessStatus(2, "docs", "ready"),), processes=(ProcessStatus(0, "a", "busy"),)),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_reads_its_own_json_back(record: Record) -> None:
    assert type(record).from_json(record.to_json()) == record


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_ignores_what_a_newer_one_may_say(record: Record) -> None:
    assert type(record).from_dict({**record.to_dict(), "invented_later": {"a": 1}}) == record


def test_json_has_one_line_and_keeps_every_character() -> None:
    text = CITATION.to_json()
    assert "\n" not in text
    assert "«naïve» \U0001f6a2" in text
    assert json.loads(text)["end_line"] == 2


def test_ids_differ_and_sort_by_time() -> None:
    made = [new_id("q") for _ in range(1_000)]
    assert len(set(made)) == 1_000
    assert [one[:13] for one in made] == sorted(one[:13] for one in made)
