"""What a command may not import: measured in a fresh interpreter, since this one has imported everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "anthropic",
    "detect_secrets",
    "google.genai",
    "mcp",
    "multiprocessing",
    "numpy",
    "openai",
    "psutil",
    "pydantic",
    "sqlite_utils",
}
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
STATUS = """
from ifmem.cli.app import run
assert run(["-C", {folder!r}, "status", "--json"]) == 3
"""
ASK = "import ifmem.cli.ask, ifmem.client, ifmem.processes.asking"
OF_PROCESSES = {"decimal", "tenacity", "tomllib", "ifmem.core.prices", "ifmem.core.supervision", "ifmem.core.tasks"}
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


def test_status_loads_nothing_of_questions_and_of_what_calls_cost(tmp_path: Path) -> None:
    found = imported(STATUS.format(folder=str(tmp_path)))
    assert "ifmem.stores.set_overview" in found
    assert not found & {
        *(OF_PROCESSES - {"decimal"}),
        "ifmem.core.answers",
        "ifmem.core.findings",
        "ifmem.core.queries",
        "ifmem.core.spending",
        "ifmem.stores.hand_off",
        "ifmem.stores.inquiries",
    }


def test_ask_loads_nothing_of_status_and_of_how_quotes_are_checked() -> None:
    found = imported(ASK)
    assert "ifmem.stores.inquiries" in found
    assert not found & {
        *OF_PROCESSES,
        "ifmem.core.budget",
        "ifmem.core.citations",
        "ifmem.core.status",
        "ifmem.stores.registry",
    }
