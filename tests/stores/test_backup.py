"""A backup is what is remembered at one moment, and what comes back is that and nothing else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ifmem.core.findings import Finding
from ifmem.errors import IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.backup import back_up, restore
from ifmem.stores.journal import Entry
from ifmem.stores.kept_files import Folders, KeptFile, exchanged, put_into, take_out

NOTHING: Folders = {}


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
    copied = back_up(live, tmp_path / "backup.db", NOTHING)
    elsewhere = tmp_path / "elsewhere.db"
    restored, saved = restore(copied.path, elsewhere, NOTHING)
    assert (restored.head, restored.counts, saved) == (copied.head, copied.counts, None)
    assert ids(elsewhere) == ids(live) == ["f_2", "f_1"]
    assert {path.stat().st_mode & 0o777 for path in (copied.path, elsewhere)} == {0o600}
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"home", "backup.db", "elsewhere.db"}
    assert not (tmp_path / "backup.db-wal").exists()


def test_what_a_restore_replaces_is_kept(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db", NOTHING)
    with Archive.writing(live) as archive:
        archive.record([entry(3)])
    _, saved = restore(tmp_path / "backup.db", live, NOTHING)
    assert ids(live) == ["f_2", "f_1"]
    assert saved is not None
    assert ids(saved) == ["f_3", "f_2", "f_1"]


def test_a_writer_that_has_the_archive_open_goes_on_where_it_was(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db", NOTHING)
    with Archive.writing(live) as archive:
        archive.record([entry(3)])
        restore(tmp_path / "backup.db", live, NOTHING)
        assert archive.position() == "3-0"
        archive.record([entry(4)])
        audit = archive.audit()
        assert audit is not None
        assert audit.broken == ()
    assert ids(live) == ["f_4", "f_2", "f_1"]


def test_a_file_that_is_there_is_not_overwritten_unasked(live: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("precious")
    with pytest.raises(IfmemError, match="is there already"):
        back_up(live, tmp_path / "backup.db", NOTHING)
    assert back_up(live, tmp_path / "backup.db", NOTHING, replace=True).counts["findings"] == 2


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
    back_up(live, tmp_path / "evil.db", NOTHING)
    edit(tmp_path / "evil.db", statement)
    with pytest.raises(IfmemError, match="cannot be restored") as refused:
        restore(tmp_path / "evil.db", live, NOTHING)
    assert why in refused.value.why
    assert ids(live) == ["f_2", "f_1"]
    assert not [path for path in live.parent.iterdir() if path.name.startswith(".")]


def test_text_is_no_archive(live: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be looked at " * 20)
    with pytest.raises(IfmemError, match="cannot be restored"):
        restore(tmp_path / "notes.txt", live, NOTHING)
    with pytest.raises(IfmemError, match="there is no file"):
        restore(tmp_path / "none", live, NOTHING)


def test_an_altered_backup_is_restored_only_by_force(live: Path, tmp_path: Path) -> None:
    back_up(live, tmp_path / "backup.db", NOTHING)
    edit(tmp_path / "backup.db", "UPDATE findings SET text = 'forged' WHERE id = 'f_1'")
    with pytest.raises(IfmemError, match="was altered") as refused:
        restore(tmp_path / "backup.db", live, NOTHING)
    assert "'f_1' in findings was altered" in refused.value.why
    restored, _ = restore(tmp_path / "backup.db", live, NOTHING, force=True)
    assert restored.counts["findings"] == 2


@pytest.fixture
def folders(live: Path) -> Folders:
    """Two notes, one of them in a folder, and a session."""
    found = {"notes": live.parent / "working", "sessions": live.parent / "history"}
    for name, text in {"working/note-1.md": "anchor", "working/old/buoy.md": "buoy", "history/s.md": "said"}.items():
        path = live.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    os.utime(live.parent / "working" / "note-1.md", (1_000_000_000, 1_000_000_000))
    return found


def contents(folders: Folders) -> dict[str, str]:
    paths = [path for folder in folders.values() for path in folder.rglob("*") if path.is_file()]
    return {path.name: path.read_text() for path in paths}


def test_notes_and_sessions_come_back_as_they_were(live: Path, folders: Folders, tmp_path: Path) -> None:
    copied = back_up(live, tmp_path / "backup.db", folders)
    assert (copied.counts["notes"], copied.counts["sessions"]) == (2, 1)
    (folders["notes"] / "note-1.md").write_text("changed since")
    (folders["notes"] / "note-2.md").write_text("new since")
    (folders["sessions"] / "s.md").unlink()
    restored, saved = restore(copied.path, live, folders)
    assert contents(folders) == {"note-1.md": "anchor", "buoy.md": "buoy", "s.md": "said"}
    assert (folders["notes"] / "note-1.md").stat().st_mtime == 1_000_000_000
    assert (restored.head, restored.files_digest) == (copied.head, copied.files_digest)
    assert saved is not None
    restore(saved, live, folders)
    assert contents(folders) == {"note-1.md": "changed since", "note-2.md": "new since", "buoy.md": "buoy"}


def test_a_backup_from_before_there_were_files_in_it_leaves_them(live: Path, folders: Folders, tmp_path: Path) -> None:
    back_up(live, tmp_path / "old.db", folders)
    assert take_out(tmp_path / "old.db")
    restored, _ = restore(tmp_path / "old.db", live, folders)
    assert restored.files_digest == ""
    assert contents(folders) == {"note-1.md": "anchor", "buoy.md": "buoy", "s.md": "said"}


def test_notes_that_were_taken_before_there_was_an_archive_are_kept(
    live: Path, folders: Folders, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "backup.db", NOTHING)
    live.unlink()
    _, saved = restore(tmp_path / "backup.db", live, folders)
    assert contents(folders) == {}
    assert saved is not None
    restore(saved, live, folders)
    assert contents(folders) == {"note-1.md": "anchor", "buoy.md": "buoy", "s.md": "said"}


@pytest.mark.parametrize("name", ["../evil.md", "/evil.md", "a/../../evil.md", ".evil.md", "a//b.md", "", "."])
def test_a_backup_writes_nowhere_but_in_the_folders(live: Path, folders: Folders, tmp_path: Path, name: str) -> None:
    back_up(live, tmp_path / "evil.db", folders)
    take_out(tmp_path / "evil.db")
    put_into(tmp_path / "evil.db", [KeptFile("notes", name, b"", "", 0)])
    with pytest.raises(IfmemError, match="cannot be restored"):
        restore(tmp_path / "evil.db", live, folders)
    assert contents(folders) == {"note-1.md": "anchor", "buoy.md": "buoy", "s.md": "said"}


def test_a_note_that_was_altered_in_a_backup_is_restored_only_by_force(
    live: Path, folders: Folders, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "backup.db", folders)
    edit(tmp_path / "backup.db", "UPDATE kept_files SET content = CAST('forged' AS BLOB) WHERE name = 'note-1.md'")
    with pytest.raises(IfmemError, match="was altered") as refused:
        restore(tmp_path / "backup.db", live, folders)
    assert "'note-1.md' in notes" in refused.value.why
    restore(tmp_path / "backup.db", live, folders, force=True)
    assert contents(folders)["note-1.md"] == "forged"


def notes_of(folders: Folders) -> dict[str, str]:
    """What the folders hold, by its path in them."""
    found = ((folder, path) for folder in folders.values() for path in folder.rglob("*") if path.is_file())
    return {f"{folder.name}/{path.relative_to(folder)}": path.read_text() for folder, path in found}


def rows_of(live: Path) -> list[str]:
    with closing(sqlite3.connect(live)) as connection:
        return list(connection.iterdump())


def test_a_folder_in_a_notes_place_stops_a_restore_before_anything_changed(
    live: Path, folders: Folders, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "backup.db", folders)
    with Archive.writing(live) as archive:
        archive.record([entry(3)])
    (folders["notes"] / "old" / "buoy.md").write_text("changed since")
    (folders["notes"] / "note-1.md").unlink()
    (folders["notes"] / "note-1.md").mkdir()
    (folders["notes"] / "note-2.md").write_text("new since")
    rows, held = rows_of(live), notes_of(folders)
    with pytest.raises(IfmemError) as refused:
        restore(tmp_path / "backup.db", live, folders)
    assert str(folders["notes"] / "note-1.md") in refused.value.what
    assert rows_of(live) == rows
    assert notes_of(folders) == held


def test_an_archive_that_cannot_be_replaced_leaves_the_notes_as_they_were(
    live: Path, folders: Folders, tmp_path: Path
) -> None:
    back_up(live, tmp_path / "backup.db", folders)
    (folders["notes"] / "note-1.md").write_text("changed since")
    written = [file for file in take_out(tmp_path / "backup.db") or [] if file.kind == "notes"]
    with pytest.raises(sqlite3.OperationalError), exchanged(written, folders):
        assert notes_of(folders)["working/note-1.md"] == "anchor"
        (folders["notes"] / "note-2.md").write_text("somebody else's, meanwhile")
        raise sqlite3.OperationalError("database is locked")
    assert notes_of(folders) == {
        "working/note-1.md": "changed since",
        "working/note-2.md": "somebody else's, meanwhile",
        "working/old/buoy.md": "buoy",
        "history/s.md": "said",
    }
