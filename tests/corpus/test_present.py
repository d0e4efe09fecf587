from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.corpus.present import digest_now, files_now, is_made, present


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "folder" / "docs").mkdir(parents=True)
    (tmp_path / "folder" / "docs" / "a.md").write_text("one\n")
    (tmp_path / "secret.md").write_text("secret\n")
    home = tmp_path / "home"
    (home / "working").mkdir(parents=True)
    (home / "working" / "note.md").write_text("a note\n")
    return load(tmp_path / "folder", env={"IFMEM_HOME": str(home)})


def test_a_file_is_read_as_it_is_now(config: Config) -> None:
    found = present("docs/a.md", config)
    assert found is not None
    assert (found.path, found.text) == ("docs/a.md", "one\n")
    assert found.sha256 == digest_now("docs/a.md", config) == hashlib.sha256(b"one\n").hexdigest()


def test_notes_are_found_wherever_the_state_is(config: Config) -> None:
    found = present(".ifmem/working/note.md", config)
    assert found is not None and found.text == "a note\n"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.md",
        "/etc/passwd",
        "docs",
        "",
        "gone.md",
        "docs/../../secret.md",
        "a\0b",
        "x" * 5000,
        "\ud800",
        "pipe",
        "out.md",
    ],
)
def test_nothing_but_a_regular_file_of_the_folder_is_opened(config: Config, path: str) -> None:
    os.mkfifo(config.folder / "pipe")
    (config.folder / "out.md").symlink_to("../secret.md")
    assert present(path, config) is None
    assert digest_now(path, config) == ""


def test_a_file_that_grew_too_large_is_not_read(config: Config) -> None:
    (config.folder / "docs" / "a.md").write_text("x" * (config.max_file_bytes + 1))
    assert present("docs/a.md", config) is None
    assert digest_now("docs/a.md", config) == ""


def test_what_programs_said_is_no_file(config: Config) -> None:
    (config.folder / "a:b.md").write_text("a file all the same\n")
    assert [
        path for path in ("tree", "git:log/00001-00200", "git:diff", "command:tests") if not is_made(path, config)
    ] == []
    assert not any(is_made(path, config) for path in ("docs/a.md", "gone.md", "a:b.md", "treehouse.md"))


def test_lists_the_files_of_the_folder(config: Config) -> None:
    assert list(files_now(config)) == ["docs/a.md"]


def test_only_a_link_that_may_lead_out_of_the_folder_is_followed_there(config: Config) -> None:
    (config.folder / "link.md").symlink_to("../secret.md")
    (config.folder.parent / "beside.md").symlink_to("secret.md")
    allowed = replace(config, outside_links=True)
    assert present("link.md", config) is None
    found = present("link.md", allowed)
    assert found is not None
    assert found.text == "secret\n"
    for path in ("../secret.md", "../beside.md", "docs/../../beside.md", str(config.folder.parent / "beside.md")):
        assert present(path, allowed) is None
