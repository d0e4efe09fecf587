from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.config import SETTINGS

from .conftest import Puts

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, *arguments: str) -> dict[str, list[str]]:
    assert run(["config", *arguments]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_each_setting_has_its_value_and_its_origin(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (folder / "ifmem.toml").write_text("in_flight = 2\n[shards.api]\ninclude = ['*.py']\n", encoding="utf-8")
    monkeypatch.setenv("IFMEM_PAGE_TOKENS", "50000")
    rows = shown(capsys, "--namespace", "team")
    assert rows["in_flight"] == ["2", str(folder / "ifmem.toml")]
    assert rows["page_tokens"] == ["50000", "IFMEM_PAGE_TOKENS"]
    assert rows["namespace"] == ["team", "--namespace"]
    assert rows["margin"] == ["0.75", "default"]
    assert rows["shards"][0] == "api"
    assert set(rows) == {"SETTING", *SETTINGS}


@pytest.mark.parametrize("form", [[], ["--json"], ["--paths"]])
def test_a_password_is_never_shown(form: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("IFMEM_REDIS_URL", "redis://me:hunter2@host:1")
    assert run(["config", *form]) == 0
    assert "hunter2" not in capsys.readouterr().out


def test_json_has_settings_and_paths(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("IFMEM_REDIS_URL", "redis://me:x@host")
    assert run(["config", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == 1
    assert said["settings"]["redis_url"]["value"] == "redis://me:***@host"
    assert said["paths"]["archive"] == str(folder / ".ifmem" / "ifmem.db")


def test_paths_are_tab_separated(folder: Path, capsys: Capture) -> None:
    assert shown(capsys, "--paths")["logs"] == [str(folder / ".ifmem" / "logs")]


def test_a_terminal_gets_a_table(terminal: Puts) -> None:
    stdout = terminal("stdout")
    run(["config"])
    assert re.search(r"\nin_flight +8 +default\n", stdout.getvalue())
