"""Real files and the system's own notices: what concerns the corpus is told, what does not is not."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from running_set import PATIENCE_S

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.corpus.survey import look_around
from ifmem.corpus.watching import Watched, is_gone, mounts_below, noticed


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    for folder in ("docs", "build", "node_modules"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text("first\n")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n")
    subprocess.run(("git", "-C", str(tmp_path), "init", "--quiet"), check=True)
    return load(tmp_path, env={})


def watched(settings: Config) -> Watched:
    return Watched(look_around(prompts.domains(settings), settings), settings)


def told_after(settings: Config, change: Callable[[], object]) -> frozenset[str]:
    """What is told first after a change."""

    async def watch() -> frozenset[str]:
        stop = asyncio.Event()
        async with asyncio.timeout(PATIENCE_S), aclosing(noticed(watched(settings), stop)) as notices:
            assert await anext(notices) == frozenset()
            change()
            found = await anext(notices)
            stop.set()
            return found

    return asyncio.run(watch())


def test_a_save_is_told_by_its_path(settings: Config) -> None:
    path = settings.folder / "docs" / "a.md"
    assert told_after(settings, lambda: path.write_text("second\n")) == {str(path)}


def test_what_is_ignored_or_installed_is_not_told(settings: Config) -> None:
    (settings.folder / "noise.log").write_text("")

    def change() -> None:
        (settings.folder / "noise.log").write_text("more\n")
        (settings.folder / "build" / "a.md").write_text("second\n")
        (settings.folder / "node_modules" / "a.md").write_text("second\n")
        (settings.folder / "docs" / "a.md").write_text("second\n")

    assert told_after(settings, change) == {str(settings.folder / "docs" / "a.md")}


def test_a_commit_is_told(settings: Config) -> None:
    def commit() -> None:
        subprocess.run(("git", "-C", str(settings.folder), "commit", "--quiet", "--allow-empty", "-m", "x"), check=True)

    assert any(path.endswith(("/HEAD", "/index")) for path in told_after(settings, commit))


def test_a_folder_that_went_before_it_was_watched_asks_for_another_look(settings: Config) -> None:
    async def watch() -> frozenset[str]:
        before = watched(settings)
        (settings.folder / "docs" / "a.md").unlink()
        (settings.folder / "docs").rmdir()
        async with asyncio.timeout(PATIENCE_S), aclosing(noticed(before, asyncio.Event())) as notices:
            return await anext(notices)

    assert asyncio.run(watch()) == frozenset()


def test_the_same_folders_are_the_same_watch_and_a_new_folder_is_another(settings: Config) -> None:
    before = watched(settings)
    (settings.folder / "docs" / "b.md").write_text("new\n")
    assert watched(settings) == before
    (settings.folder / "more").mkdir()
    assert watched(settings) != before


def test_git_at_work_is_seen(settings: Config) -> None:
    assert not watched(settings).busy
    (settings.folder / ".git" / "index.lock").write_text("")
    assert watched(settings).busy


def test_a_folder_on_another_device_or_gone_is_gone(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    assert not is_gone(tmp_path, device)
    assert is_gone(tmp_path, device + 1)
    assert is_gone(tmp_path / "nowhere", device)


def test_without_mounts_there_is_none_below(settings: Config) -> None:
    assert mounts_below(look_around(prompts.domains(settings), settings), settings) == {}
