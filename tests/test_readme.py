"""The README is documentation that fails: what it leaves out or gets wrong is a failing test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ifmem.cli.app import COMMANDS
from ifmem.config import SETTINGS
from ifmem.core.domains import KINDS
from ifmem.errors import Exit

README = (Path(__file__).parent.parent / "README.md").read_text()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_listed_with_its_default(name: str) -> None:
    default = SETTINGS[name].metadata["default"]
    shown = {"": '""', (): "[]"}.get(default, json.dumps(default)) if default != {} else "{}"  # as TOML writes it
    assert f"| `{name}` | `{shown}` |" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed(name: str) -> None:
    assert re.search(rf"^\| `ifmem {name}\b", README, re.MULTILINE)


@pytest.mark.parametrize("code", [code for code in Exit if code is not Exit.COULD_NOT_BOOT])
def test_every_exit_code_is_listed(code: Exit) -> None:
    assert f"| {int(code)} |" in README


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_is_listed(kind: str) -> None:
    assert f"`{kind}`" in README
