from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.core.records import Citation

from .conftest import Puts
from .fakes import SpokenMemory, a_finding

Capture = pytest.CaptureFixture[str]
FOUND = a_finding("one\ntwo\t[bold]", citations=(Citation("a.py", 1, 2, "x", verification="verified"),))


def test_a_terminal_gets_paragraphs(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["findings"], SpokenMemory(findings=[FOUND])) == 0
    assert stdout.getvalue() == "f_1  code  1h00m ago  found\n  one\n  two\t[bold]\n  a.py:1-2  verified\n"


def test_piped_output_keeps_each_finding_on_its_line(capsys: Capture) -> None:
    run(["findings"], SpokenMemory(findings=[FOUND]))
    head, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert dict(zip(head, row, strict=True))["TEXT"] == r"one\ntwo\t[bold]"


def test_json_is_one_object(capsys: Capture) -> None:
    run(["findings", "--json"], SpokenMemory(findings=[FOUND]))
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "findings": [FOUND.to_dict()]}


def test_options_reach_the_memory() -> None:
    memory = SpokenMemory(findings=[])
    run(["findings", "-n", "3", "--shard", "code", "--search", "retry"], memory)
    assert memory.argument("findings") == {"limit": 3, "shard": "code", "search": "retry"}
