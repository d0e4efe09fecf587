"""A backup is the archive of one moment, and what comes back is that archive and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ifmem.core.records import Finding
from ifmem.errors import IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.backup import back_up, restore
from ifmem.stores.journal import Entry


def entry(number: int) -> Entry:
    return Entry(
        f"{number}-0", "finding", Finding(f"f_{number}", "q", "docs", True, "text", created_at=number).to_json()
    )


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "ifmem.db"
    path.parent.mkdir()
    with Archive.writing(path) as archive:
        archive.record([entry(1), entry(2)])
    return path


def ids(path: Path) -> list[str]:
    with Archive.reading(path) as archive:
        assert archive is not None
        return [finding.id for finding in archive.findings(10)]


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_backup_restored_elsewhere_is_the_same_archive(live: Path, tmp_path: Path) -> None:
    copied = back_up(live, tmp_path / "backup.db")
    elsewhere = tmp_path / "elsewhere.db"
    restored, saved = restore(copied.path, elsewhere)
    assert (restored.head, restored.counts, saved) == (copied.head, copied.counts, None)
    assert ids(elsewhere) == ids(live) == ["f_2", "f_1"]
    assert {path.stat().st_mode & 0o777 for path in (copied.path, elsewhere)} == {0o600}
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"home", "backup.db", "elsewhere.db"}
    assert not (tmp_path / "backup.db-wal").exists()


def test_what_a_restore_replaces_is_kept(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db")
    with Archive.writing(live) as archive:
        archive.record([entry(3)])
    _, saved = restore(tmp_path / "backup.db", live)
    assert ids(live) == ["f_2", "f_1"]
    assert saved is not None
    assert ids(saved) == ["f_3", "f_2", "f_1"]


def test_a_writer_that_has_the_archive_open_goes_on_where_it_was(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db")
    with Archive.writing(live) as archive:
        archive.record([entry(3)])
        restore(tmp_path / "backup.db", live)
        assert archive.position() == "3-0"
        archive.record([entry(4)])
        audit = archive.audit()
        assert audit is not None
        assert audit.broken == ()
    assert ids(live) == ["f_4", "f_2", "f_1"]


def test_a_file_that_is_there_is_not_overwritten_unasked(live: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("precious")
    with pytest.raises(IfmemError, match="is there already"):
        back_up(live, tmp_path / "backup.db")
    assert back_up(live, tmp_path / "backup.db", replace=True).counts["findings"] == 2


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE TRIGGER evil AFTER INSERT ON answers BEGIN DELETE FROM findings; END", "brings code along: evil"),
        ("CREATE VIEW evil AS SELECT 1", "brings code along: evil"),
        ("DROP TABLE findings", "another kind"),
    ],
)
def test_a_file_that_is_no_archive_is_refused_and_changes_nothing(
    live: Path, tmp_path: Path, statement: str, why: str
) -> None:
    back_up(live, tmp_path / "evil.db")
    edit(tmp_path / "evil.db", statement)
    with pytest.raises(IfmemError, match="cannot be restored") as refused:
        restore(tmp_path / "evil.db", live)
    assert why in refused.value.why
    assert ids(live) == ["f_2", "f_1"]
    assert not [path for path in live.parent.iterdir() if path.name.startswith(".")]


def test_text_is_no_archive(live: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be looked at " * 20)
    with pytest.raises(IfmemError, match="cannot be restored"):
        restore(tmp_path / "notes.txt", live)
    with pytest.raises(IfmemError, match="there is no file"):
        restore(tmp_path / "none", live)


def test_an_altered_backup_is_restored_only_by_force(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db")
    edit(tmp_path / "backup.db", "UPDATE findings SET text = 'forged' WHERE id = 'f_1'")
    with pytest.raises(IfmemError, match="was altered") as refused:
        restore(tmp_path / "backup.db", live)
    assert "'f_1' in findings was altered" in refused.value.why
    restored, _ = restore(tmp_path / "backup.db", live, force=True)
    assert restored.counts["findings"] == 2
