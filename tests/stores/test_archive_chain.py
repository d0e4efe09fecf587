"""Whoever edits the archive with a tool of their own is found out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.record_chain import Audit
from ifmem.stores.archive import Archive
from ifmem.stores.archive_chain import COVERED
from ifmem.stores.journal import Entry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ifmem.db"
    with Archive.writing(path) as archive:
        archive.record(
            [
                Entry("1-0", "finding", Finding("f_1", "q_1", "docs", True, "naïve", created_at=1).to_json()),
                Entry("2-0", "answer", Answer("q_1", "Why?", "So.", True, asked_at=1.5).to_json()),
                Entry("3-0", "event", '{"at": 2, "kind": "died", "name": "docs"}'),
                Entry("4-0", "nonsense", "{"),
            ]
        )
        archive.add([Finding("f_2", "", "agents", True, "put in by hand", created_at=3.0)])
    return path


def audit(path: Path, *touches: str) -> Audit:
    with closing(sqlite3.connect(path)) as connection:
        for touch in touches:
            assert connection.execute(touch).rowcount > 0
        connection.commit()
    with Archive.reading(path) as archive:
        found = archive.audit() if archive else None
    assert found is not None
    return found


def test_everything_that_was_stored_is_linked(path: Path) -> None:
    found = audit(path)
    assert (found.links, found.rows, found.broken) == (5, 5, ())


@pytest.mark.parametrize(
    ("touch", "told"),
    [
        ("UPDATE answers SET answer = 'No.'", "'q_1' in answers was altered"),
        ("UPDATE findings SET body = replace(body, 'naïve', 'wise') WHERE id = 'f_1'", "'f_1' in findings was altered"),
        ("UPDATE events SET at = at + 0.001 WHERE id = '3-0'", "'3-0' in events was altered"),
        ("DELETE FROM findings WHERE id = 'f_2'", "'f_2' in findings was removed"),
        ("INSERT INTO answers VALUES ('q_9', 'Who?', 'Me.', 1, 2.0, '{}')", "'q_9' in answers was put in"),
        (
            "DELETE FROM chain WHERE number = 2",
            "link 3 does not follow link 1: links were altered, taken out or put in",
        ),
        ("UPDATE chain SET content = digest WHERE number = 2", "link 2 does not follow link 1"),
    ],
)
def test_what_was_edited_removed_or_inserted_is_told(path: Path, touch: str, told: str) -> None:
    assert any(told in words for words in audit(path, touch).broken)


def test_a_row_and_its_link_that_were_removed_from_the_middle_are_missed(path: Path) -> None:
    found = audit(path, "DELETE FROM answers", "DELETE FROM chain WHERE [table] = 'answers'")
    assert found.broken


def test_the_end_that_was_noted_elsewhere_shows_that_the_newest_rows_are_gone(path: Path) -> None:
    noted = audit(path).head
    cut = audit(path, "DELETE FROM findings WHERE id = 'f_2'", "DELETE FROM chain WHERE number = 5")
    assert cut.broken == ()
    with Archive.reading(path) as archive:
        assert archive is not None
        assert archive.has_link(cut.head)
        assert not archive.has_link(noted)


def test_rows_from_before_the_chain_are_linked_once(path: Path) -> None:
    before = audit(path, "DELETE FROM chain")
    assert before.broken
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE chain")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'chain'")
        connection.commit()
    with Archive.reading(path) as archive:
        assert archive is not None
        assert (archive.audit(), archive.head()) == (None, "")
    with Archive.writing(path):
        pass
    assert audit(path).broken == ()
    assert audit(path).links == 5


def test_every_table_is_covered_but_those_that_are_made_of_others(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    derived = {name for name in names if name.startswith(("findings_fts", "sqlite_", "_sqlite_"))}
    assert names - derived - {"chain", "position", "lineage"} == set(COVERED)


def test_a_damaged_file_is_told(path: Path) -> None:
    assert damage(path) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root, size = connection.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = 'chain'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size + 8)
        file.write(b"\xff" * 64)
    assert damage(path)


def damage(path: Path) -> list[str]:
    with Archive.reading(path) as archive:
        assert archive is not None
        return archive.damage()
