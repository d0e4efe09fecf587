from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config.loading import load
from ifmem.errors import Exit, IfmemError


@pytest.mark.parametrize("mark", ["ifmem.toml", ".ifmem/"])
def test_finds_the_nearest_folder_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    inside = tmp_path / "a/b"
    inside.mkdir(parents=True)
    (tmp_path / ".ifmem").mkdir()
    if mark.endswith("/"):
        (tmp_path / "a" / mark).mkdir()
    else:
        (tmp_path / "a" / mark).touch()
    monkeypatch.chdir(inside)
    assert load(env={}).folder == (tmp_path / "a").resolve()
    assert load(env={"IFMEM_FOLDER": str(inside)}).folder == inside.resolve()


@pytest.mark.parametrize(("name", "why"), [("nowhere", "no such folder"), ("file", "it is a file, not a folder")])
def test_refuses_a_folder_that_is_none(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IfmemError) as caught:
        load(tmp_path / name, env={})
    assert (caught.value.why, caught.value.exit_code) == (why, Exit.USAGE)
