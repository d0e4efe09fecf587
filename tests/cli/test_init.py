from __future__ import annotations

import re
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.cli.init import template
from ifmem.config import SETTINGS
from ifmem.config.loading import load

Capture = pytest.CaptureFixture[str]


def test_the_file_is_accepted_and_changes_nothing(folder: Path) -> None:
    assert run(["init"]) == 0
    config = load(folder)
    assert set(config.origins.values()) == {"default"}


def test_every_line_may_be_uncommented(folder: Path) -> None:
    lines = [re.sub(r"^# (?=\w+ = |\[)", "", line) for line in template().splitlines()]
    (folder / "ifmem.toml").write_text("\n".join(lines), encoding="utf-8")
    config = load(folder)
    assert config.shards["code"]["include"] == ["src/**/*.py", "*.toml"]
    for name, known in SETTINGS.items():
        assert config.origins[name] == str(folder / "ifmem.toml")
        assert name == "shards" or getattr(config, name) == known.metadata["default"]


def test_a_file_that_is_there_is_kept(folder: Path, capsys: Capture) -> None:
    path = folder / "ifmem.toml"
    path.write_text("in_flight = 2\n", encoding="utf-8")
    assert run(["init"]) == 1
    assert "ifmem init --force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "in_flight = 2\n"


def test_force_overwrites_even_a_broken_file(folder: Path) -> None:
    (folder / "ifmem.toml").write_text("=", encoding="utf-8")
    assert run(["init", "--force"]) == 0
    assert load(folder).in_flight == 8


def test_a_folder_that_cannot_be_written_is_said(folder: Path, capsys: Capture) -> None:
    assert run(["init", "-C", str(folder / "missing")]) == 1
    assert "No such file or directory" in capsys.readouterr().err
