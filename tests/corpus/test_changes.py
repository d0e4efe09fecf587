"""What differs from what was loaded: files by stamp and text, moves by bytes or inode, and nothing that merely cannot be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.domains import Domain, Source
from ifmem.core.manifest import Manifest
from ifmem.core.pages import cut_pages
from ifmem.core.stocktaking import manifest_of
from ifmem.corpus.changes import Changes, find_changes
from ifmem.corpus.collect import collect
from ifmem.corpus.survey import survey

DOCS = Domain(
    1, "docs", "", "", (Source("files", include=("*.md",)), Source("command", name="date", command="echo now"))
)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    for folder in ("here", "mounted"):
        (tmp_path / "folder" / folder).mkdir(parents=True)
        (tmp_path / "folder" / folder / "a.md").write_text(f"{folder}\n")
    (tmp_path / "folder" / "odd.md").write_bytes(b"\0\1\2")
    return load(tmp_path / "folder", env={"IFMEM_HOME": str(tmp_path / "home")})


def loaded(settings: Config, domain: Domain = DOCS) -> Manifest:
    found = survey(domain, [domain], settings)
    read = collect(found)
    pages = cut_pages(read.documents, 1_000)
    return manifest_of("docs", "", read.documents, pages, read.left_out, made_at=0.0, stamps=found.stamps)


def changes(
    settings: Config, manifest: Manifest, *, slow: bool = False, domain: Domain = DOCS, **more: tuple[str, ...]
) -> Changes:
    return find_changes(survey(domain, [domain], settings, slow=slow), manifest, slow=slow, **more)


def test_nothing_changed_is_nothing_to_do(settings: Config) -> None:
    manifest = loaded(settings)
    for slow in (False, True):
        found = changes(settings, manifest, slow=slow)
        assert not found
        assert found.left_out == manifest.left_out
        assert found.passed == manifest.passed


def test_a_changed_a_new_and_a_deleted_file_are_told_apart(settings: Config) -> None:
    manifest = loaded(settings)
    (settings.folder / "here" / "a.md").write_text("changed\n")
    (settings.folder / "new.md").write_text("new\n")
    (settings.folder / "mounted" / "a.md").unlink()
    found = changes(settings, manifest)
    assert {document.path: document.text for document in found.documents} == {
        "here/a.md": "changed\n",
        "new.md": "new\n",
    }
    assert (found.gone, found.moved) == (("mounted/a.md",), ())


def test_a_file_that_moved_and_changed_at_once_is_known_by_its_inode(settings: Config) -> None:
    manifest = loaded(settings)
    (settings.folder / "here" / "a.md").rename(settings.folder / "there.md")
    (settings.folder / "there.md").write_text("moved and changed\n")
    found = changes(settings, manifest)
    assert (found.gone, found.moved) == ((), (("here/a.md", "there.md"),))


def test_files_of_a_mount_that_vanished_stay(settings: Config) -> None:
    manifest = loaded(settings)
    (settings.folder / "mounted" / "a.md").unlink()
    assert not changes(settings, manifest, unseen=("mounted/",))
    assert changes(settings, manifest).gone == ("mounted/a.md",)


def test_a_command_that_is_not_run_has_said_what_it_said(settings: Config) -> None:
    manifest = loaded(settings)
    assert not changes(settings, manifest)
    later = replace(DOCS, sources=(DOCS.sources[0], replace(DOCS.sources[1], command="echo later")))
    assert [one.text for one in changes(settings, manifest, slow=True, domain=later).documents] == ["later\n"]
    silent = replace(DOCS, sources=DOCS.sources[:1])
    assert changes(settings, manifest, slow=True, domain=silent).gone == ("command:date",)


def test_a_file_that_was_left_out_is_not_read_again_until_it_changes(settings: Config) -> None:
    manifest = loaded(settings)
    assert [one.path for one in manifest.passed] == ["odd.md"]
    facts = (settings.folder / "odd.md").stat()
    assert not changes(settings, manifest)
    (settings.folder / "odd.md").write_text("text by now\n")
    assert [one.path for one in changes(settings, manifest).documents] == ["odd.md"]
    assert facts.st_size != (settings.folder / "odd.md").stat().st_size


def test_what_the_shard_has_no_room_for_is_left_out_with_the_reason(settings: Config) -> None:
    domain = replace(DOCS, sources=DOCS.sources[:1], capacity_tokens=200)
    manifest = loaded(settings, domain)
    (settings.folder / "here" / "a.md").write_text("too long " * 200)
    found = changes(settings, manifest, domain=domain)
    assert (found.documents, found.gone) == ((), ("here/a.md",))
    assert ("here/a.md", "over the shard's capacity of 200 tokens") in found.left_out
