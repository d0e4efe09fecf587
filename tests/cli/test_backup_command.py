from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.config.loading import load
from ifmem.stores.archive import Archive


def test_the_line_that_puts_a_backup_back_can_be_typed_as_it_stands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load(folder)
    config.home.mkdir()
    with Archive.writing(config.archive):
        pass
    assert run(["backup", "my notes.db"]) == 0
    line = capsys.readouterr().err.strip().partition("ifmem ")[2]
    assert run(shlex.split(line)) == 0
    assert str(folder / "my notes.db") in line
