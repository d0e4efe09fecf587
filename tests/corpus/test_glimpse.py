"""A save is looked at alone; whatever could be more makes a look at everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.corpus.glimpse import Glimpse, glimpse_of
from ifmem.corpus.survey import Look, look_around


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("first\n")
    (tmp_path / "b.py").write_text("pass\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    return load(tmp_path, env={})


@pytest.fixture
def before(settings: Config) -> Look:
    return look_around(prompts.domains(settings), settings)


def glimpse(before: Look, settings: Config, *paths: str) -> Glimpse | None:
    absolute = [str(settings.folder / path) for path in paths]
    return glimpse_of(before, absolute, prompts.domains(settings), settings)


def test_a_save_is_seen_as_in_a_look_at_everything(settings: Config, before: Look) -> None:
    (settings.folder / "docs" / "a.md").write_text("second and longer\n")
    seen = glimpse(before, settings, "docs/a.md", "docs/a.md.swp")
    assert seen is not None
    assert seen.look.listing == look_around(prompts.domains(settings), settings).listing
    assert {domain.name for domain in seen.domains} == {"docs", "working"}


def test_a_note_concerns_the_shards_that_read_notes(settings: Config, before: Look) -> None:
    seen = glimpse(before, settings, ".ifmem/working/note-1.md")
    assert seen is not None
    assert {domain.name for domain in seen.domains} == {"history", "working"}


@pytest.mark.parametrize("path", ["new.md", "docs/a.md", ".gitignore", ".git/HEAD"])
def test_what_came_or_went_or_moves_git_takes_a_look_at_everything(settings: Config, before: Look, path: str) -> None:
    (settings.folder / "docs" / "a.md").unlink()
    (settings.folder / "new.md").write_text("new\n")
    (settings.folder / ".git").mkdir()
    (settings.folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert glimpse(before, settings, path) is None


def test_many_paths_are_looked_at_with_all_others(settings: Config, before: Look) -> None:
    assert glimpse(before, settings, *(f"docs/{number}.md" for number in range(300))) is None
