"""Trust is for one folder and one content, and nothing in the folder can give it."""

from __future__ import annotations

import os
from pathlib import Path

from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.stores.trust import is_trusted, refusal, trust, withdraw

COMMAND = '[[shards.code.sources]]\ncommand = "make docs"\n'


def configured(tmp_path: Path, name: str = "folder", text: str = COMMAND, **env: str) -> Config:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(text)
    return load(folder, env={"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path), **env})


def test_a_file_that_asks_for_a_command_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    config = configured(tmp_path)
    refused = refusal(config)
    assert refused is not None
    assert "shards.code.sources runs make docs" in refused.why
    assert refused.fix.endswith(f"ifmem trust -C {config.folder}")
    trust(config)
    assert refusal(config) is None


def test_another_content_is_another_decision(tmp_path: Path) -> None:
    trust(configured(tmp_path))
    assert not is_trusted(configured(tmp_path, text=COMMAND.replace("docs", "evil")))
    assert is_trusted(configured(tmp_path))


def test_the_same_file_in_another_folder_is_not_trusted(tmp_path: Path) -> None:
    trust(configured(tmp_path))
    assert not is_trusted(configured(tmp_path, "clone"))


def test_trust_can_be_withdrawn(tmp_path: Path) -> None:
    config = configured(tmp_path)
    trust(config)
    assert withdraw(config)
    assert not is_trusted(config)
    assert not withdraw(config)


def test_a_file_that_asks_for_nothing_needs_no_trust(tmp_path: Path) -> None:
    assert is_trusted(configured(tmp_path, text="in_flight = 2\n"))


def test_a_record_that_others_may_write_does_not_count(tmp_path: Path) -> None:
    config = configured(tmp_path)
    trust(config)
    (record,) = (config.user_state / "trusted").iterdir()
    assert record.stat().st_mode & 0o777 == 0o600
    record.chmod(0o666)
    assert not is_trusted(config)


def test_the_environment_can_trust_folders_with_all_below_them(tmp_path: Path) -> None:
    named = os.pathsep.join((str(tmp_path / "elsewhere"), str(tmp_path / "ground")))
    (tmp_path / "ground").mkdir()
    assert is_trusted(configured(tmp_path, "ground/folder", IFMEM_TRUST=named))
    assert not is_trusted(configured(tmp_path, "groundless", IFMEM_TRUST=named))
