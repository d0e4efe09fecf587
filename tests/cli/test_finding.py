from __future__ import annotations

import json

import pytest

from ifmem.cli.app import run
from ifmem.core.descent import Descent
from ifmem.core.documents import Citation

from .fakes import SpokenMemory, a_finding

Capture = pytest.CaptureFixture[str]
FOUND = a_finding(
    "Retries are in bus.py.",
    created_at=0.0,
    citations=(Citation("bus.py", 3, 4, "def retry():\n    [bold]", verification="moved"),),
    provider="anthropic",
    model="claude-haiku-5-5",
    note="the budget was short",
    duration_ms=12.0,
)
RELATED = Descent(("f_0",), ("f_2",), ("q_7",))


def test_sources_and_relations_are_shown(capsys: Capture) -> None:
    assert run(["finding", "f_1"], SpokenMemory(finding=FOUND, descent=RELATED)) == 0
    assert capsys.readouterr().out == (
        "f_1  code  1970-01-01T00:00:00Z  found\n"
        "  Retries are in bus.py.\n"
        "sources\n"
        "  bus.py:3-4  moved\n"
        "      def retry():\n"
        "          [bold]\n"
        "built on\n"
        "  f_0\n"
        "findings built on it\n"
        "  f_2\n"
        "answers built on it\n"
        "  q_7\n"
        "question q_1 · 12ms · $0.00 · anthropic claude-haiku-5-5\n"
        "note: the budget was short\n"
    )


def test_json_is_the_finding_with_its_relations(capsys: Capture) -> None:
    run(["finding", "f_1", "--json"], SpokenMemory(finding=FOUND, descent=RELATED))
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == 1
    assert said["built_on"] == ["f_0"]
    assert said["built_on_it"] == {"findings": ["f_2"], "answers": ["q_7"]}


def test_an_unknown_finding_is_said(capsys: Capture) -> None:
    assert run(["finding", "f_404"], SpokenMemory(finding=None, descent=Descent())) == 2
    assert "there is no finding 'f_404'" in capsys.readouterr().err
