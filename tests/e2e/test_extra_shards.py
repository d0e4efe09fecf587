"""The extra shards of the specification as configuration: web research, test results, the history of single files, other kinds of files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from office_files import pdf
from running_set import RunningSet, make_project
from web_site import serving

SETTINGS = """\
shards.working.enabled = false
shards.history.enabled = false

[shards.web]
title = "Web research"
sources = [{{ kind = "url", urls = ["{url}/gate", "{url}/gone"], allow_private = true, timeout_s = 60 }}]

[shards.tests]
title = "Test results"
sources = [{{ kind = "test-results", name = "unit", report = "report.xml" }}]

[shards.files]
title = "File history"
sources = [{{ kind = "git-file-log", include = ["src/*.py"] }}]
"""
PAGE = "<html><body><article><h1>Gate</h1><p>The customs officer opens the eastern gate at dawn on {}.</p></article></body></html>"
REPORT = '<testsuite name="s"><testcase classname="t" name="anchor">{}</testcase></testsuite>'
FAILURE = '<failure message="the chain broke"/>'


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set with three shards more, whose tests passed, failed and passed, one run after the other."""
    folder = make_project(tmp_path_factory.mktemp("extended"))
    (folder / "rules.pdf").write_bytes(pdf("Page one.", "The pilot boards at the yellow buoy."))
    with serving() as site:
        site.put("/gate", PAGE.format("weekdays"))
        running = RunningSet(folder, SETTINGS.format(url=site.url))
        try:
            (folder / "report.xml").write_text(REPORT.format(""))
            running.memory.up()
            for inside in (FAILURE, ""):
                (folder / "report.xml").write_text(REPORT.format(inside))
                running.memory.refresh(["tests"])
            yield running
        finally:
            running.end()


@pytest.mark.parametrize(
    ("question", "path", "said"),
    [
        ("Who opens the eastern gate?", "/gate", "customs officer"),
        ("Which tests are flaky?", "tests:unit/summary", "t::anchor is flaky"),
        ("What failed since Monday?", "tests:unit/summary", "- since Monday, "),
        ("When did the test anchor fail?", "tests:unit/", "the chain broke"),
        ("Which commit added def count_boats?", "git:file/src/ledger.py", "+def count_boats(boats):"),
        ("Where does the pilot board?", "rules.pdf", "yellow buoy"),
    ],
)
def test_each_is_answered_from_with_a_checked_quote(extended: RunningSet, question: str, path: str, said: str) -> None:
    answer = extended.memory.ask(question)
    found = [one for one in answer.citations if path in one.path and said in one.quote]
    assert found, answer
    assert found[0].verification == "verified"


def test_what_cannot_be_fetched_is_listed(extended: RunningSet) -> None:
    manifests = {manifest.shard: manifest for manifest in extended.memory.corpus()}
    left_out = {path: reason for path, reason in manifests["web"].left_out if path.endswith("/gone")}
    assert list(left_out.values()) == ["the server said 404 Not Found"]


def test_the_runs_are_kept_where_the_state_is(extended: RunningSet) -> None:
    runs = sorted(Path(extended.config.home / "runs").rglob("*.json"))
    outcomes = [json.loads(path.read_text())["outcomes"][0]["outcome"] for path in runs]
    assert outcomes == ["passed", "failed", "passed"]
