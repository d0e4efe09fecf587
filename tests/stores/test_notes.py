"""Notes as files: numbered, replaced whole, never overwritten by another one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ifmem.errors import Exit, IfmemError
from ifmem.stores.notes import HIGHEST, Notes

NOW = 1_795_272_840.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".ifmem" / "working"


@pytest.fixture
def notes(folder: Path) -> Notes:
    return Notes(folder, max_bytes=1_000, now=lambda: NOW)


def test_a_note_is_a_private_file_and_nothing_else_is_left(notes: Notes, folder: Path) -> None:
    note = notes.add("  The crane is broken.\n")
    assert (note.id, note.text, note.at) == ("note-1", "The crane is broken.", NOW)
    assert sorted(path.name for path in folder.iterdir()) == [HIGHEST, "note-1.md"]
    assert list(folder.parent.glob("*.tmp")) == []
    assert (folder / "note-1.md").stat().st_mode & 0o077 == 0


def test_numbers_go_on_after_the_highest(notes: Notes) -> None:
    for text in ("one", "two", "three"):
        notes.add(text)
    notes.remove("2")
    assert notes.add("four").id == "note-4"
    assert [note.id for note in notes.all()] == ["note-4", "note-3", "note-1"]


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_number_is_never_given_twice(notes: Notes, folder: Path, by_hand: bool) -> None:
    for text in ("one", "two"):
        notes.add(text)
    if by_hand:
        (folder / "note-2.md").unlink()
    else:
        (folder / HIGHEST).unlink()  # as in a folder from before there was one
        notes.remove("2")
    notes.remove("1")
    assert Notes(folder, 1_000).add("three").id == "note-3"


def test_notes_taken_at_once_get_a_number_each(notes: Notes) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(notes.add, [f"text {number}" for number in range(24)]))
    assert {note.id for note in taken} == {f"note-{number}" for number in range(1, 25)}
    assert {note.text for note in notes.all()} == {f"text {number}" for number in range(24)}


def test_a_change_keeps_what_it_does_not_name(folder: Path, notes: Notes) -> None:
    notes.add("The crane is broken.", until=NOW + 3600)
    later = Notes(folder, 1_000, now=lambda: NOW + 60)
    changed = later.change("1", text="The crane is mended.")
    assert (changed.text, changed.at, changed.changed_at, changed.until) == (
        "The crane is mended.",
        NOW,
        NOW + 60,
        NOW + 3600,
    )
    assert later.change("note-1", until=0.0).text == "The crane is mended."
    assert later.find("1").until == 0.0


def test_files_put_there_by_hand_are_notes_too(notes: Notes, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "blockers.md").write_text("P0: nothing\n")
    assert [note.id for note in notes.all()] == ["blockers"]
    assert notes.change("blockers", text="P0: the crane").id == "blockers"
    assert notes.remove("blockers.md").text == "P0: the crane"
    assert notes.all() == []


@pytest.mark.parametrize("name", ["9", "note-9", "../secret", "/etc/passwd", "", ".", "a\0b"])
def test_what_is_no_note_cannot_be_reached(notes: Notes, folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    (folder.parent / "secret.md").write_text("not a note")
    for act in (notes.find, notes.remove, lambda note_id: notes.change(note_id, text="x")):
        with pytest.raises(IfmemError) as caught:
            act(name)
        assert caught.value.exit_code == Exit.USAGE
    assert (folder.parent / "secret.md").read_text() == "not a note"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1_000])
def test_a_note_that_would_not_be_loaded_is_refused(notes: Notes, folder: Path, text: str) -> None:
    with pytest.raises(IfmemError):
        notes.add(text)
    assert notes.all() == []


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IfmemError, match="file"):
        Notes(tmp_path / "file" / "working", 1_000).add("text")
