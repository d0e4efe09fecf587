"""An index that was changed passage by passage finds and counts like one that was built of the present text."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ifmem.core.documents import Document
from ifmem.core.pages import Page, page_of
from ifmem.errors import IfmemError
from ifmem.stores.index import Index, build_index
from ifmem.stores.index_update import update_index

HARBOUR = Document("docs/harbour.md", "# Harbour\n\nThe keeper counts herring boats.\n", "1")
LEDGER = Document("ledger.py", "def count_boats(boats):\n    return len(boats)\n", "2")
CHANGED = Document("docs/harbour.md", "# Harbour\n\nThe keeper counts lobster pots.\n", "3")
PAGE = page_of([HARBOUR, LEDGER])
LAYER = page_of([CHANGED])
TERMS = ("herring", "lobster", "keeper", "count", "boat")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build_index(tmp_path / "docs.db", "v1", [PAGE])
    return tmp_path / "docs.db"


def change(path: Path, version: str = "v2", pages: tuple[Page, ...] = (LAYER,)) -> None:
    held = [PAGE.digest, *(page.digest for page in pages)]
    update_index(path, version, without=["docs/harbour.md"], pages=pages, held=held)


def found(index: Index, term: str, pages: list[str] | None = None) -> list[tuple[str, str, str]]:
    return [(hit.page, hit.path, hit.sha256) for hit in index.search({term: 1.0}, limit=5, pages=pages)]


def test_new_text_is_found_and_the_old_one_is_not(path: Path) -> None:
    change(path)
    index = Index(path)
    assert index.version == "v2"
    assert found(index, "lobster") == [(LAYER.digest, "docs/harbour.md", "3")]
    assert found(index, "herring") == []
    assert [hit[1] for hit in found(index, "boat")] == ["ledger.py"]


def test_it_counts_what_a_new_build_counts(path: Path, tmp_path: Path) -> None:
    change(path)
    build_index(tmp_path / "new.db", "v2", [page_of([LEDGER]), LAYER])
    changed, built = Index(path), Index(tmp_path / "new.db")
    assert changed.frequencies(TERMS) == built.frequencies(TERMS)
    assert changed.passages == built.passages


def test_only_the_pages_asked_for_are_searched(path: Path) -> None:
    change(path)
    index = Index(path)
    assert found(index, "keeper", [PAGE.digest]) == []
    assert len(found(index, "keeper", [PAGE.digest, LAYER.digest])) == 1


def test_an_open_index_sees_it_and_a_pinned_one_stays_where_it_was(path: Path) -> None:
    following, pinned = Index(path), Index(path, pinned=True)
    change(path)
    assert found(following, "lobster")
    assert following.version == "v2"
    assert not found(pinned, "lobster")
    assert found(pinned, "herring")
    assert pinned.version == "v1"
    assert Index(path, pinned=True).version == "v2"


def test_changes_add_up(path: Path) -> None:
    for number in range(5):
        layer = page_of([Document("docs/harbour.md", f"The keeper counts {'crab ' * number}pots.\n", str(number))])
        change(path, f"v{number}", (layer,))
    assert [hit[2] for hit in found(Index(path), "keeper")] == ["4"]
    assert Index(path).passages == 2


def test_pages_that_are_no_longer_held_are_forgotten(path: Path) -> None:
    change(path)
    change(path, "v3", ())
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT digest FROM pages").fetchall() == [(PAGE.digest,)]
    assert not found(Index(path), "keeper")


def test_a_build_replaces_an_index_with_its_log(path: Path) -> None:
    reader = Index(path, pinned=True)
    change(path)
    build_index(path, "v9", [PAGE])
    assert found(Index(path), "herring")
    assert Index(path).version == "v9"
    assert reader.version == "v1"
    assert found(reader, "herring")


def test_no_index_to_change_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="cannot change the index") as error:
        update_index(tmp_path / "docs.db", "v1", without=[], pages=[], held=[])
    assert "ifmem restart docs" in error.value.fix
