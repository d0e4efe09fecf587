from __future__ import annotations

import mmap
import os
import resource
from pathlib import Path

import pytest

from ifmem.core.documents import Document
from ifmem.core.manifest import Manifest
from ifmem.core.pages import Page, page_of
from ifmem.core.stocktaking import manifest_of
from ifmem.errors import IfmemError
from ifmem.stores.page_files import (
    UNNAMED_FOR_S,
    open_page,
    page_path,
    read_manifest,
    remove_unnamed,
    write_manifest,
    write_page,
)


def page(text: str = "text\n") -> Page:
    return page_of([Document("a.md", text, "sha")])


def manifest(shard: str, *pages: Page) -> Manifest:
    return manifest_of(shard, "print", [], pages, [], made_at=1.0)


def age(path: Path, seconds: float = UNNAMED_FOR_S + 60) -> None:
    long_ago = path.stat().st_mtime - seconds
    os.utime(path, (long_ago, long_ago))


def test_a_written_page_is_mapped_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "state/pages"
    written = write_page(folder, page())
    assert isinstance(written.data, mmap.mmap)
    opened = open_page(folder, page().digest, page().tokens, size=len(page().data), verify=True)
    assert opened is not None
    assert opened.documents == page().documents
    assert page_path(folder, page().digest).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [f"{page().digest}.page"]


@pytest.mark.parametrize("content", [None, b"", b"rubbish", page().data[:-1], page().data.replace(b"text", b"next")])
def test_a_missing_or_damaged_page_is_none_and_is_written_anew(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        page_path(tmp_path, page().digest).write_bytes(content)
    assert open_page(tmp_path, page().digest, 9, size=len(page().data), verify=True) is None
    write_page(tmp_path, page())
    assert open_page(tmp_path, page().digest, 9, verify=True) is not None


def test_a_page_cut_short_is_noticed_without_reading_it(tmp_path: Path) -> None:
    page_path(tmp_path, page().digest).write_bytes(page().data[:-1])
    assert open_page(tmp_path, page().digest, 9, size=len(page().data)) is None


def test_a_manifest_comes_back(tmp_path: Path) -> None:
    write_manifest(tmp_path, manifest("docs", page()))
    assert read_manifest(tmp_path, "docs") == manifest("docs", page())


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 0}', '{"format": 1, "entries": [[]]}', "\xff"])
def test_a_damaged_manifest_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "docs.json").write_text(content, encoding="latin-1")
    assert read_manifest(tmp_path, "docs") is None
    assert read_manifest(tmp_path, "code") is None


def test_removes_only_what_no_manifest_names_and_nobody_just_wrote(tmp_path: Path) -> None:
    named, fresh, stale, reused = page("named"), page("fresh"), page("stale"), page("reused")
    for one in (named, fresh, stale, reused):
        write_page(tmp_path, one)
        age(page_path(tmp_path, one.digest), 0 if one is fresh else UNNAMED_FOR_S + 60)
    write_page(tmp_path, reused)
    write_manifest(tmp_path, manifest("docs", named))
    write_manifest(tmp_path, manifest("gone", stale))
    (tmp_path / "crashed.part").touch()
    age(tmp_path / "crashed.part")
    removed = remove_unnamed(tmp_path, ["docs", "code"])
    assert {path.name for path in removed} == {"gone.json", f"{stale.digest}.page", "crashed.part"}
    assert not any(path.exists() for path in removed)
    assert all(open_page(tmp_path, one.digest, 9) for one in (named, fresh, reused))


def test_says_what_to_do_when_the_state_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IfmemError) as caught:
        write_page(tmp_path / "file/pages", page())
    assert caught.value.why == "not a directory"
    assert "IFMEM_HOME" in caught.value.fix


def test_leaves_nothing_half_written_when_the_disk_is_full(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))  # to this process as good as a full disk
    try:
        with pytest.raises(IfmemError, match="cannot write"):
            write_page(tmp_path, page())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
