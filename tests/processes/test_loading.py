from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load as load_settings
from ifmem.core.domains import Domain, Source
from ifmem.core.overlays import text_of
from ifmem.errors import IfmemError
from ifmem.processes.loading import Loaded, load
from ifmem.stores.index import Index, index_version
from ifmem.stores.page_files import page_path

DOCS = Domain(1, "docs", "", "", (Source("files", include=("*.md",)),))
Load = Callable[..., tuple[Loaded, list[str]]]


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    (tmp_path / "folder").mkdir()
    return load_settings(tmp_path / "folder", env={"IFMEM_HOME": str(tmp_path / "home")})


@pytest.fixture
def start(settings: Config) -> Load:
    """Loads the domain; gives what it said on the way, too."""

    def start(*, fresh: bool) -> tuple[Loaded, list[str]]:
        said: list[str] = []
        return load(DOCS, [DOCS], settings, fresh=fresh, progress=said.append), said

    return start


def texts(loaded: Loaded) -> dict[str, str]:
    return {path: text_of(loaded.view.at(path)) for path in loaded.view.places}


def test_the_first_start_reads_the_sources(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    loaded, said = start(fresh=True)
    assert texts(loaded) == {"a.md": "first\n"}
    assert index_version(loaded.index_path) == loaded.manifest.version
    assert said == ["listing files", "reading 1 files", "cutting pages from 1 documents", "indexing 27 tokens"]


def test_a_restarted_shard_takes_what_was_put_down_and_reads_no_source(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    shutil.rmtree(settings.folder)
    again, said = start(fresh=False)
    assert (again.manifest, texts(again), said) == (first.manifest, {"a.md": "first\n"}, [])


def test_an_unchanged_folder_is_looked_at_and_not_read(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    again, said = start(fresh=True)
    assert again.manifest == first.manifest
    assert said == ["looking for changes"]


def test_a_change_is_laid_over_pages_that_stay(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    (settings.folder / "a.md").write_text("second\n")
    second, _ = start(fresh=True)
    assert texts(second) == {"a.md": "second\n"}
    assert second.manifest.pages == first.manifest.pages
    assert index_version(second.index_path) == second.manifest.version != first.manifest.version
    third, said = start(fresh=False)
    assert (third.manifest, texts(third), said) == (second.manifest, texts(second), [])


def test_an_index_of_another_version_is_made_again_with_what_lies_over_the_pages(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("herring\n")
    start(fresh=True)
    (settings.folder / "a.md").write_text("lobster\n")
    changed, _ = start(fresh=True)
    changed.index_path.unlink()
    again, _ = start(fresh=False)
    index = Index(again.index_path)
    assert index.version == again.manifest.version
    assert index.frequencies(["herring", "lobster"]) == {"herring": 0, "lobster": 1}


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("damage", [b"", b"x" * 500])
def test_a_damaged_page_is_made_again_from_the_sources(
    settings: Config, start: Load, fresh: bool, damage: bytes
) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    page_path(settings.pages, first.pages[0].digest).write_bytes(damage)
    again, said = start(fresh=fresh)
    assert texts(again) == {"a.md": "first\n"}
    assert "reading 1 files" in said


def test_a_first_start_notices_a_page_whose_text_was_changed(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    path = page_path(settings.pages, first.pages[0].digest)
    path.write_bytes(path.read_bytes().replace(b"first", b"fibst"))
    assert texts(start(fresh=True)[0]) == {"a.md": "first\n"}


def test_a_missing_index_is_built_from_the_pages(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    first, _ = start(fresh=True)
    first.index_path.unlink()
    again, said = start(fresh=False)
    assert said == ["indexing 27 tokens"]
    assert index_version(again.index_path) == again.manifest.version


def test_an_empty_folder_is_an_empty_context(start: Load) -> None:
    loaded, _ = start(fresh=True)
    assert (loaded.pages, loaded.manifest.entries, loaded.manifest.tokens) == ((), (), 0)
    assert start(fresh=True)[1] == ["looking for changes"]


def test_a_home_that_cannot_be_written_is_an_error_a_person_can_mend(settings: Config, start: Load) -> None:
    (settings.folder / "a.md").write_text("first\n")
    settings.home.write_text("a file in the way")
    with pytest.raises(IfmemError) as caught:
        start(fresh=True)
    assert "IFMEM_HOME" in caught.value.fix
