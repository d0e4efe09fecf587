"""What a command may not import: measured in a fresh interpreter, since this one has imported everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"anthropic", "google.genai", "mcp", "multiprocessing", "numpy", "openai", "psutil", "pydantic", "sqlite_utils"}
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
{action}
print("\\n".join(sys.modules), file=sys.stderr)
"""
SPEAK = """
from cli.fakes import READY, SpokenMemory, an_answer
from ifmem.cli.app import run
assert run({arguments!r}, SpokenMemory(status=READY, submit="q_1", answer=an_answer())) == 0
"""
VERSION = """
sys.argv = ["ifmem", {option!r}]
from ifmem.__main__ import main
main()
"""


def imported(action: str) -> set[str]:
    program = [sys.executable, "-c", PROGRAM.format(tests=str(ROOT / "tests"), action=action)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    return set(done.stderr.split())


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_imports_no_command_line_package(option: str) -> None:
    found = imported(VERSION.format(option=option))
    assert "ifmem" in found
    assert not found & {"typer", "rich", "redis", "ifmem.config", "ifmem.cli.app"}


@pytest.mark.parametrize(
    "arguments", [["status"], ["status", "--json"], ["ask", "Where?"], ["ask", "x", "--shard", "a"]]
)
def test_a_quick_command_imports_nothing_heavy(arguments: list[str]) -> None:
    found = imported(SPEAK.format(arguments=arguments))
    assert f"ifmem.cli.{arguments[0]}" in found
    assert not found & HEAVY


def test_a_command_imports_no_other_command() -> None:
    found = imported(SPEAK.format(arguments=["status"]))
    assert not found & {"ifmem.cli.ask", "ifmem.cli.up", "ifmem.cli.logs"}
