from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ifmem.cli.app import run
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding

from .conftest import Puts
from .fakes import SpokenMemory, a_finding

Capture = pytest.CaptureFixture[str]
FOUND = a_finding("one\ntwo\t[bold]", citations=(Citation("a.py", 1, 2, "x", verification="verified"),))


def test_a_terminal_gets_paragraphs(terminal: Puts) -> None:
    stdout = terminal("stdout")
    assert run(["findings"], SpokenMemory(findings=[FOUND])) == 0
    shown = re.sub(r"1h\d\dm", "1h", stdout.getvalue())
    assert shown == "f_1  code  1h ago  found\n  one\n  two\t[bold]\n  a.py:1-2  verified\n"


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
    assert memory.argument("findings") == {"limit": 3, "shard": "code", "search": "retry", "since": 0.0}


def test_following_shows_what_there_is_and_then_each_as_it_comes(capsys: Capture) -> None:
    memory = SpokenMemory(findings=[FOUND], follow_findings=[FOUND, a_finding("two", id="f_2")])
    assert run(["findings", "-f", "--json"], memory) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["f_1", "f_2"]


def test_following_after_a_finding_shows_what_came_since(capsys: Capture) -> None:
    memory = SpokenMemory(follow_findings=[a_finding("two", id="f_2")])
    run(["findings", "-f", "--after", "f_1"], memory)
    assert memory.argument("follow_findings") == {"after": "f_1"}
    assert capsys.readouterr().out.startswith("f_2  code")


def test_only_one_shard_is_followed(capsys: Capture) -> None:
    memory = SpokenMemory(findings=[], follow_findings=[a_finding(id="f_2", shard="docs"), a_finding(id="f_3")])
    run(["findings", "-f", "--shard", "code", "--json"], memory)
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["f_3"]


@pytest.mark.parametrize("words", [["drop"], ["--after", "f_1"], ["-f", "--after", "f_1", "--search", "x"]])
def test_other_uses_are_refused(words: list[str], capsys: Capture) -> None:
    assert run(["findings", *words], SpokenMemory()) == 2
    assert "export|import" in capsys.readouterr().err


def test_findings_go_to_a_private_file_oldest_first(folder: Path) -> None:
    memory = SpokenMemory(findings=[a_finding("two", id="f_2"), FOUND])
    assert run(["findings", "export", "out.jsonl"], memory) == 0
    written = folder / "out.jsonl"
    assert [Finding.from_json(line).id for line in written.read_text().splitlines()] == ["f_1", "f_2"]
    assert written.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_written_over(folder: Path, capsys: Capture) -> None:
    (folder / "out.jsonl").write_text("mine")
    assert run(["findings", "export", "out.jsonl"], SpokenMemory(findings=[FOUND])) == 2
    assert (folder / "out.jsonl").read_text() == "mine"
    assert "file exists" in capsys.readouterr().err


def test_a_file_is_imported_line_by_line(folder: Path, capsys: Capture) -> None:
    (folder / "in.jsonl").write_text("one\ntwo\n")
    memory = SpokenMemory(import_findings=(1, 1))
    assert run(["findings", "import", "in.jsonl"], memory) == 0
    assert memory.argument("import_findings") == {"lines": ["one\n", "two\n"], "name": "in.jsonl"}
    assert capsys.readouterr().out == "imported 1 finding; 1 known already\n"


def test_a_missing_file_is_said(capsys: Capture) -> None:
    assert run(["findings", "import", "missing.jsonl"], SpokenMemory()) == 2
    assert "cannot read missing.jsonl" in capsys.readouterr().err
