"""A clone with a malicious ifmem.toml: nothing it asks for happens, and everything else works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.client import Memory
from ifmem.config import SETTINGS
from ifmem.errors import IfmemError
from ifmem.stores.trust import is_trusted

Capture = pytest.CaptureFixture[str]
REDIS_URL = {"meaning": SETTINGS["redis_url"].metadata["meaning"]}
EVIL = 'redis_url = "redis://evil.example"\nin_flight = 2\n[[shards.code.sources]]\ncommand = "touch owned"\n'


@pytest.fixture
def clone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("IFMEM_TRUST")
    (folder / "README.md").write_text("# Harmless\n")
    (folder / "ifmem.toml").write_text(EVIL)
    return folder


def test_nothing_starts_before_the_file_is_trusted(clone: Path) -> None:
    with Memory(clone) as memory:
        assert (memory.config.redis_url, memory.config.shards, memory.config.in_flight) == ("", {}, 2)
        assert memory.status().state == "stopped"
        for refused in (memory.up, memory.plan):
            with pytest.raises(IfmemError, match=r"ifmem\.toml is not trusted"):
                refused()
    assert not (clone / "owned").exists()
    assert not (clone / ".ifmem").exists()


def test_the_command_line_says_what_the_file_asks_for(clone: Path, capsys: Capture) -> None:
    assert run(["up"]) == 1
    told = capsys.readouterr().err
    assert "shards.code.sources runs touch owned" in told
    assert "ifmem trust -C" in told
    assert run(["trust", "--show"]) == 0
    assert "not trusted: it asks for 2 things" in capsys.readouterr().out


def test_what_needs_no_set_goes_without_those_settings_or_not_at_all(clone: Path, capsys: Capture) -> None:
    (clone / "questions.jsonl").write_text('{"id": "q1", "question": "What?", "not_found": true}\n')
    assert run(["eval", "questions.jsonl"]) == 1
    assert "is not trusted" in capsys.readouterr().err
    assert run(["config", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["redis_url"] == {**REDIS_URL, "value": "", "from": "default"}
    assert not (clone / "owned").exists()


def test_what_counts_without_trust_is_not_taken_for_trusted(clone: Path) -> None:
    with Memory(clone) as memory:
        assert not is_trusted(memory.config)


def test_once_trusted_the_file_counts_until_it_changes(clone: Path, capsys: Capture) -> None:
    assert run(["trust", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["trusted"]
    assert [wish["setting"] for wish in told["asks_for"]] == ["redis_url", "shards.code.sources"]
    with Memory(clone) as memory:
        assert memory.config.redis_url == "redis://evil.example"
    (clone / "ifmem.toml").write_text(EVIL + "# edited\n")
    with Memory(clone) as memory:
        assert memory.config.redis_url == ""
    assert run(["trust", "--withdraw"]) == 0
    assert "is trusted no longer" in capsys.readouterr().out
