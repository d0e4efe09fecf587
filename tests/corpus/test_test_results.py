"""Runs of commands that test something, kept and told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ifmem.core.domains import Source
from ifmem.core.run_history import Run
from ifmem.corpus.test_results import result_documents

MONDAY = 1_794_816_000.0  # 2026-11-16 08:00 UTC
DAY = 86_400.0
CASE = '<testcase classname="tests.test_gate" name="{name}">{inside}</testcase>'
FAILURE = '<failure message="&#10;AssertionError: the gate is shut&#10;more">trace</failure>'
Write = Callable[..., Path]


def xml(**outcomes: str) -> str:
    inside = {"pass": "", "fail": FAILURE, "skip": '<skipped message="no"/>', "error": "<error>boom\ntrace</error>"}
    cases = "".join(CASE.format(name=name, inside=inside[outcome]) for name, outcome in outcomes.items())
    return f'<?xml version="1.0"?><testsuites><testsuite name="s">{cases}</testsuite></testsuites>'


class Suite:
    """A `test-results` source in a folder, run on one day after the other."""

    def __init__(self, folder: Path, **fields: object) -> None:
        self.folder = folder
        self.source = Source("test-results", **{"name": "unit", "timeout_s": 10.0, **fields})  # type: ignore[arg-type]
        self.day = 0

    def run(self) -> tuple[dict[str, str], dict[str, str]]:
        """Texts, and reasons why something is missing, by path."""
        at = MONDAY + self.day * DAY
        self.day += 1
        documents, left_out = result_documents(self.source, self.folder, self.folder / ".ifmem/runs", now=lambda: at)
        return {document.path: document.text for document in documents}, dict(left_out)


def test_a_report_tells_each_test_over_the_runs(tmp_path: Path, write: Write) -> None:
    suite = Suite(tmp_path, command="cp next.xml report.xml; cat out; exit 1", report="report.xml")
    write("out", "ran it\n")
    for outcome in ("pass", "fail", "pass", "fail"):
        write("next.xml", xml(opens=outcome, closes="pass", rusts="skip"))
        texts, left_out = suite.run()
    assert left_out == {}
    assert list(texts) == ["tests:unit/summary", *(f"tests:unit/2026-11-{day}T08:00:00Z" for day in (16, 17, 18, 19))]
    assert "tests.test_gate::opens is flaky: changed 3 times, 2 passed, 2 failed" in texts["tests:unit/summary"]
    last = texts["tests:unit/2026-11-19T08:00:00Z"]
    assert "1 failed, 1 passed, 1 skipped." in last
    assert "- failed: tests.test_gate::opens: AssertionError: the gate is shut\n" in last
    assert last.endswith("Output:\n\nran it\n")


def test_a_real_run_of_pytest_is_read(tmp_path: Path, write: Write) -> None:
    write("test_boats.py", "def test_counts():\n    assert 1 + 1 == 3\n\ndef test_floats():\n    pass\n")
    command = f"{sys.executable} -m pytest -q -p no:cacheprovider --junitxml=out.xml test_boats.py"
    texts, left_out = Suite(tmp_path, command=command, report="out.xml", timeout_s=60.0).run()
    assert left_out == {}
    assert "1 failed, 1 passed." in texts["tests:unit/2026-11-16T08:00:00Z"]
    assert "test_boats::test_counts fails since Monday, 2026-11-16" in texts["tests:unit/summary"]


def test_a_command_without_a_report_is_told_by_its_output_and_exit_code(tmp_path: Path) -> None:
    texts, left_out = Suite(tmp_path, command="echo '3 tests, 1 broken'; exit 1").run()
    assert left_out == {}
    assert "failed with exit code 1." in texts["tests:unit/2026-11-16T08:00:00Z"]
    assert "3 tests, 1 broken" in texts["tests:unit/2026-11-16T08:00:00Z"]


def test_an_old_report_does_not_pass_for_this_run(tmp_path: Path, write: Write) -> None:
    write("report.xml", xml(opens="pass"))
    texts, left_out = Suite(tmp_path, command="exit 3", report="report.xml").run()
    assert "failed with exit code 3." in texts["tests:unit/2026-11-16T08:00:00Z"]
    assert left_out == {"tests:unit (this run)": "exit code 3, and report.xml was not written"}


def test_a_report_that_something_else_writes_is_taken_once_for_each_change(tmp_path: Path, write: Write) -> None:
    suite = Suite(tmp_path, report="ci/report.xml")
    texts, left_out = suite.run()
    assert (texts, left_out) == ({}, {"tests:unit (this run)": "there is no ci/report.xml yet"})
    for day, outcome in ((0, "pass"), (0, "pass"), (1, "error")):
        at = MONDAY + day * DAY
        os.utime(write("ci/report.xml", xml(opens=outcome)), (at, at))
        texts, left_out = suite.run()
    assert left_out == {}
    assert list(texts)[1:] == ["tests:unit/2026-11-16T08:00:00Z", "tests:unit/2026-11-17T08:00:00Z"]
    assert "opens fails since Tuesday, 2026-11-17 08:00 UTC: boom" in texts["tests:unit/summary"]


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    suite = Suite(tmp_path, command="true", newest=2)
    for _ in range(4):
        texts, _ = suite.run()
    assert list(texts)[1:] == ["tests:unit/2026-11-18T08:00:00Z", "tests:unit/2026-11-19T08:00:00Z"]
    assert "the newest 2 are kept, older ones are not" in texts["tests:unit/summary"]
    assert len(list((tmp_path / ".ifmem/runs").rglob("*.json"))) == 2


def test_a_run_that_takes_too_long_is_stopped_and_told(tmp_path: Path) -> None:
    texts, left_out = Suite(tmp_path, command="echo begun; sleep 30", timeout_s=0.3).run()
    assert "stopped before it was done." in texts["tests:unit/2026-11-16T08:00:00Z"]
    assert left_out == {"tests:unit (this run)": "not done after 0.3 s, stopped"}


@pytest.mark.parametrize("content", ["", "no xml", "<html/>", "<testsuites>"])
def test_a_report_that_cannot_be_read_is_said(tmp_path: Path, write: Write, content: str) -> None:
    write("next.xml", content)
    texts, left_out = Suite(tmp_path, command="cp next.xml report.xml", report="report.xml").run()
    assert left_out["tests:unit (this run)"].startswith("report.xml cannot be read")
    assert "tests:unit/2026-11-16T08:00:00Z" in texts


def test_a_long_output_keeps_its_end_and_says_so(tmp_path: Path) -> None:
    texts, _ = Suite(tmp_path, command=f"{sys.executable} -c \"print('x' * 20000); print('the end')\"").run()
    told = texts["tests:unit/2026-11-16T08:00:00Z"]
    assert "[the first 12,009 characters are left out]" in told and told.endswith("the end\n")


def test_sources_of_different_names_keep_their_runs_apart(tmp_path: Path) -> None:
    first, second = (Suite(tmp_path, name="", command=command) for command in ("echo a/b", "echo a.b"))
    first.run()
    texts, _ = second.run()
    assert [path for path in texts if path.startswith("tests:echo a/b")] == []


def test_a_damaged_file_is_no_run(tmp_path: Path) -> None:
    suite = Suite(tmp_path, command="true")
    suite.run()
    (kept,) = (tmp_path / ".ifmem/runs").rglob("*.json")
    assert Run.from_json(kept.read_text()).code == 0
    kept.write_text("{")
    assert len(suite.run()[0]) == 2
