from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.core.findings import Finding
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry


@pytest.mark.parametrize("body", ["not json", "[]", "{}", '{"id": "f_1"}'])
def test_an_unreadable_entry_is_kept_as_an_event_and_stops_nothing(tmp_path: Path, body: str) -> None:
    with Archive.writing(tmp_path / "a.db") as archive:
        archive.record([Entry("1-0", "finding", body)])
        assert archive.position() == "1-0"
        assert [(event["kind"], event["text"]) for event in archive.events(5)] == [("unreadable", body)]


@pytest.mark.parametrize(
    "kind", ["question", "finding", "answer", "call", "task", "search", "shelved", "event", "", "x"]
)
@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '{"id": 1}',
        '{"id": {}, "question": [], "asked_at": "x", "at": {}, "kind": []}',
        '{"id": "f_1", "query_id": "q_1", "shard": "docs", "found": true, "text": "\\ud800"}',
        '{"id": "f_1", "query_id": "q_1", "shard": "docs", "found": true, "text": "a", "created_at": 1e999}',
        '{"id": "q_1", "question": "a", "asked_at": 1' + "0" * 400 + "}",
        "\ufffd",
    ],
)
def test_whatever_is_put_into_the_journal_does_not_stand_in_the_way_of_the_rest(
    tmp_path: Path, kind: str, body: str
) -> None:
    with Archive.writing(tmp_path / "a.db") as archive:
        archive.record(
            [Entry("1-0", kind, body), Entry("2-0", "finding", Finding("f_2", "q", "docs", True, "x").to_json())]
        )
        assert [finding.id for finding in archive.findings(None) if finding.id == "f_2"] == ["f_2"]
        assert archive.position() == "2-0"
