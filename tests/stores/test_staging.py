"""Files that appear whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.stores.staging import staged


def test_a_file_is_beside_its_folder_until_it_is_moved(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "working"
    with staged(folder, b"text") as path:
        assert list(folder.iterdir()) == []
        path.replace(folder / "note.md")
    assert [(one.name, one.read_bytes()) for one in folder.iterdir()] == [("note.md", b"text")]
    assert [one.name for one in folder.parent.iterdir()] == ["working"]


def test_what_was_not_moved_is_not_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "working"
    with pytest.raises(RuntimeError), staged(folder, b"text"):
        raise RuntimeError
    assert [one.name for one in folder.parent.iterdir()] == ["working"]
