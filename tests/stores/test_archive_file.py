from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ifmem.core.spending import Payment
from ifmem.errors import IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.journal import Entry

NOON = 1_795_262_400  # 2026-11-21 12:00 UTC


@pytest.mark.parametrize("opening", [Archive.writing, Archive.reading])
def test_a_damaged_file_is_said_to_be_one(path: Path, opening: Any) -> None:
    path.write_bytes(b"this is no database, not even nearly" * 100)
    with pytest.raises(IfmemError, match="cannot use the archive") as refused, opening(path) as archive:
        archive.findings(1)
    assert "moved away" in refused.value.fix


def test_an_archive_of_an_earlier_version_is_read_and_brought_up_to_date(path: Path) -> None:
    with Archive.writing(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TABLE calls; DELETE FROM _sqlite_migrations WHERE name = 'calls'")
    with Archive.reading(path) as reader:
        assert reader is not None
        assert (reader.spending(0), reader.last_call_at()) == ([], None)
    with Archive.writing(path) as archive:
        payment = Payment("c_1", NOON, "q_1", "docs", "answer", "anthropic", "m", "d1", 90, None, 10, 10, None, 10)
        archive.record([Entry("1-0", "call", payment.to_json())])
        assert archive.charged(0) == 10
