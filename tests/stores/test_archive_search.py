from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.errors import IfmemError
from ifmem.stores.archive import Archive
from ifmem.stores.archive_file import migrations


def finding(name: str, text: str, *citations: Citation, created_at: float = 1.0) -> Finding:
    return Finding(name, "q_1", "docs", found=True, text=text, citations=citations, created_at=created_at)


def found(archive: Archive, search: str) -> list[str]:
    return [one.id for one in archive.findings(10, search=search)]


@pytest.mark.parametrize("search", ["counted", "COUNTING boat", "keep", "the herring"])
def test_words_are_found_by_stem_and_by_beginning(archive: Archive, search: str) -> None:
    archive.add([finding("f_1", "The keeper counts the herring boats."), finding("f_2", "The cable car stops.")])
    assert found(archive, search) == ["f_1"]


def test_places_and_quotes_are_found_too(archive: Archive) -> None:
    archive.add([finding("f_1", "See there.", Citation("src/ledger.py", 1, 2, "def total(rows)"))])
    assert found(archive, "ledger.py") == found(archive, "total") == ["f_1"]


@pytest.mark.parametrize("search", ['"', "NEAR(a b)", "AND", "text:", "*", "a -b", "'; DROP TABLE findings"])
def test_nothing_is_read_as_syntax(archive: Archive, search: str) -> None:
    archive.add([finding("f_1", "plain")])
    assert found(archive, search) == []


def test_a_finding_that_comes_again_is_found_once_and_as_it_is_now(archive: Archive) -> None:
    archive.add([finding("f_1", "herring")])
    archive.add([finding("f_1", "mackerel")])
    assert found(archive, "mackerel") == ["f_1"]
    assert found(archive, "herring") == []


def test_what_is_newer_than_a_moment(archive: Archive) -> None:
    archive.add([finding("f_1", "herring", created_at=1.0), finding("f_2", "herring", created_at=5.0)])
    assert [one.id for one in archive.findings(10, search="herring", since=2.0)] == ["f_2"]


def older(path: Path) -> None:
    """An archive as versions without search wrote it."""
    with closing(sqlite3.connect(path)) as connection:
        migrations.apply(Database(connection), stop_before="findings_search")
        body = finding("f_1", "herring", Citation("src/ledger.py", 1, 2, "def total(rows)")).to_json()
        connection.execute("INSERT INTO findings VALUES ('f_1', 'q_1', 'docs', 1, 'herring', 1.0, ?)", [body])
        connection.commit()


def test_an_older_archive_is_indexed_when_it_is_opened_for_writing(path: Path) -> None:
    older(path)
    with Archive.writing(path) as archive:
        assert found(archive, "herring") == found(archive, "total") == ["f_1"]


def test_an_older_archive_is_read_and_says_what_lets_it_be_searched(path: Path) -> None:
    older(path)
    with Archive.reading(path) as archive:
        assert archive is not None
        assert found(archive, "") == ["f_1"]
        with pytest.raises(IfmemError) as caught:
            found(archive, "herring")
    assert "ifmem up" in caught.value.fix
