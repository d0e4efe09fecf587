"""What nobody of ours would have sent is refused, and what they send is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ifmem.core.answers import Answer, ShardUse
from ifmem.core.beat import Beat
from ifmem.core.documents import Citation, Spot
from ifmem.core.findings import Finding, PageUse, Usage
from ifmem.core.queries import Query, Turn
from ifmem.core.status import ProcessStatus
from ifmem.core.strictness import LARGEST_MESSAGE, LONGEST_QUESTION, Refused, read, take

CITATION = Citation("a.py", 1, 2, "naïve", "ab", "code", "verified", 1.5, (Spot("b.py", 3, 3),))
RECORDS = [
    Query("q", "Wo?", weights={"wo": 1}, history=(Turn("a", "b"),), deadline=1.5),
    Finding("f", "q", "code", True, "text", (CITATION,), (PageUse("d", "warm", 3),), usage=Usage(1), cost_usd=None),
    Answer("q", "Wo?", "Da.", True, (CITATION,), (ShardUse("code", True),), error={"what": "x"}, notes=("n",)),
    Beat("code", 1, "ready", 1.0, 12, "host", p50_ms=None),
    ProcessStatus(1, "code", "ready", pid=None),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_what_a_record_writes_is_read_back_the_same(record: Any) -> None:
    assert read(type(record), record.to_json()) == record
    assert read(type(record), json.dumps({"kind": "x", "body": record.to_dict()}), "body") == record


def query(**fields: Any) -> str:
    return json.dumps({**json.loads(Query("q", "Wo?").to_json()), **fields})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "not an object: list"),
        ("{}", "not a query"),
        ("[" * 100_000, "not JSON"),
        (query(question=7), "question cannot be that"),
        (query(question="\ud800"), "question cannot be that"),
        (query(shards=[1]), "shards cannot be that"),
        (query(weights={"a": "b"}), "weights cannot be that"),
        (query(weights=[1]), "weights cannot be that"),
        (query(deadline="soon"), "deadline cannot be that"),
        (query(deadline=float("nan")), "deadline cannot be that"),
        (query(deadline=1e300), "deadline cannot be that"),
        (query(deadline=10**400), "deadline cannot be that"),
        (query(stream=1), "stream cannot be that"),
        (query(history=[{"question": "a"}]), "not a query"),
        (query(history=[{"question": "a", "answer": None}]), "history cannot be that"),
        (query(history=3), "not a query"),
        (query(protocol=2), "of protocol 2, not 1"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(Query, text)


def test_a_message_that_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(Refused, match="over 16,000,000"):
        read(Query, " " * (LARGEST_MESSAGE + 1))


def test_a_part_of_a_record_is_checked_as_deeply_as_the_whole() -> None:
    finding = {**RECORDS[1].to_dict(), "citations": [{**CITATION.to_dict(), "start_line": "1"}]}
    with pytest.raises(Refused, match="citations cannot be that"):
        take(Finding, finding)


def test_a_question_as_long_as_a_document_is_refused() -> None:
    read(Query, Query("q_1", "x" * LONGEST_QUESTION).to_json())
    with pytest.raises(Refused, match="a question of over"):
        read(Query, Query("q_1", "x" * (LONGEST_QUESTION + 1)).to_json())
