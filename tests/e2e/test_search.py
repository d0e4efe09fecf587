"""Tasks and searches from the command line: over passages, and over the simulated vendor with a key of nobody."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e_cli import Ran, ifmem
from running_set import PATIENCE_S, RunningSet, eventually, make_project
from simulator.asked import Asked
from simulator.background import serving_in_background
from simulator.reading import Spoken, read, say
from simulator.vendor import KEY, Vendor

from ifmem.core.lifecycle import STOPPED
from ifmem.core.searches import DONE, SKIPPED, Search

QUESTION = "Who counts the herring boats?"
SPLIT = "The shards:"  # how a model is asked to split a question


def run(running: RunningSet, *arguments: str, **env: str) -> Ran:
    return ifmem("-C", str(running.folder), *arguments, env=env)


def test_a_task_prints_its_finding_and_what_it_rests_on(running: RunningSet) -> None:
    ran = run(running, "task", QUESTION, "--shard", "docs", "--priority", "high")
    assert ran.code == 0 and "herring boats every morning" in ran.out
    assert "README.md:1-3  verified  docs" in ran.err and "with the context of docs" in ran.err
    listed = run(running, "tasks", "--json")
    assert ("found", "high", QUESTION) in [
        (one["state"], one["priority"], one["question"]) for one in json.loads(listed.out)["tasks"]
    ]


def test_a_task_can_be_fetched_later(running: RunningSet) -> None:
    task_id = run(running, "task", "--no-wait", QUESTION).out.strip()
    fetched = json.loads(run(running, "task", "--json", "--resume", task_id).out)["finding"]
    assert fetched["found"] and fetched["query_id"] == task_id


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("task",), "name one task"),
        (("task", "x", "--shard", "nobody"), "no shard 'nobody'"),
        (("task", "x", "--priority", "now"), "'now' is not a priority"),
        (("task", "x", "--pass", "sleep"), "no pass 'sleep'"),
        (("search",), "name one question"),
        (("search", "x", "--passes", "9"), "no 9 passes"),
        (("search", "x", "--workers", "3"), "3 workers cannot be shared out"),
        (("search", "x", "--plan", "/no/such/plan.toml"), "cannot read /no/such/plan.toml"),
    ],
)
def test_what_cannot_be_done_is_said(running: RunningSet, arguments: tuple[str, ...], said: str) -> None:
    assert run(running, *arguments).explained(2, said)


def test_a_search_reports_what_it_found_how_and_what_would_falsify_it(running: RunningSet) -> None:
    ran = run(running, "search", QUESTION, "--passes", "3", "--workers", "12")
    assert ran.code == 0
    head, *sections = ran.out.split("\n## ")
    assert head.startswith(f"# {QUESTION}\n") and "herring boats every morning" in head
    titles = [section.partition("\n")[0] for section in sections]
    assert titles == ["Sources", "Contradictions", "What would falsify this", "Passes", "How this was made"]
    assert "`README.md:1-3` verified, docs, sha256" in sections[0]
    assert "without a model" in sections[-1]
    assert "scan: " in ran.err


def test_a_plan_of_ones_own_is_followed(running: RunningSet, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[passes]]\nname = "mine"\nway = "monitor"\nwidth = 2\n')
    found = Search.from_json(run(running, "search", QUESTION, "--plan", str(plan), "--json").out)
    assert [(one.name, len(one.tasks)) for one in found.passes] == [("mine", 2)]


def test_a_search_stops_when_a_pass_adds_nothing(running: RunningSet) -> None:
    found = Search.from_json(run(running, "search", "xylophone zeppelin", "--json").out)
    assert not found.found and found.stopped == "scan added nothing new"
    assert [one.state for one in found.passes] == [DONE] + [SKIPPED] * 7


def stopped(running: RunningSet) -> None:
    running.memory.down()


def killed(running: RunningSet) -> None:
    os.kill(running.supervisor, signal.SIGKILL)
    eventually(lambda: running.memory.status().state == STOPPED, what="the set gone")


@pytest.mark.parametrize("end", [stopped, killed])
def test_a_search_that_was_interrupted_goes_on_where_it_stood(
    running: RunningSet, end: Callable[[RunningSet], None]
) -> None:
    begun: list[Search] = []

    def interrupt(search: Search) -> None:
        begun.append(search)
        if search.passes[0].state == DONE and search.passes[1].findings:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.memory.search(QUESTION, on_progress=interrupt)
    before = begun[-1]
    end(running)
    running.memory.up(timeout=PATIENCE_S)
    found = running.memory.resume_search(before.id)
    assert found.state == DONE and found.found
    assert found.passes[0] == before.passes[0]
    assert [task.id for task in found.passes[1].tasks] == [task.id for task in before.passes[1].tasks]
    ids = {task.id for one in found.passes for task in one.tasks}

    def archived() -> Counter[str]:
        return Counter(row["query_id"] for row in running.archived("findings") if row["query_id"] in ids)

    eventually(lambda: archived().keys() == ids, what="all findings in the archive")
    assert set(archived().values()) == {1}
    assert running.memory.resume_search(before.id) == found


def speak(asked: Asked) -> Spoken:
    if SPLIT in asked.question:
        return say("- [docs] Who counts the herring boats every morning?\n- [code] What does count_boats return?\n")
    return read(asked)


@pytest.fixture(scope="module")
def claude(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSet, Vendor, dict[str, str]]]:
    vendor = Vendor(speak=speak)
    with serving_in_background(vendor) as url:
        env = {"ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native"}
        found = RunningSet(make_project(tmp_path_factory.mktemp("claude")), settings="")
        try:
            assert run(found, "up", **env).code == 0
            yield found, vendor, env
        finally:
            found.end()


Claude = tuple[RunningSet, Vendor, dict[str, str]]


def test_a_worker_pays_the_price_of_a_cached_page(claude: Claude) -> None:
    running, _, env = claude
    assert run(running, "ask", "--shard", "docs", "--fresh", QUESTION, **env).code == 0
    finding = json.loads(run(running, "task", "--shard", "docs", "--json", QUESTION, **env).out)["finding"]
    assert [page["cache"] for page in finding["pages"]] == ["warm"]
    assert finding["usage"]["cache_read"] > 0 and finding["usage"]["cache_write"] == 0
    assert finding["provider"] == "anthropic" and finding["cost_usd"] > 0


def test_a_search_that_may_cost_something_wants_to_know_how_much(claude: Claude) -> None:
    running, vendor, env = claude
    before = len(vendor.bills)
    assert run(running, "search", QUESTION, **env).explained(2, "may cost", "--budget USD")
    assert len(vendor.bills) == before


def test_a_model_splits_the_question_and_the_search_keeps_to_its_budget(claude: Claude) -> None:
    running, vendor, env = claude
    before = len(vendor.bills)
    ran = run(running, "search", QUESTION, "--passes", "2", "--workers", "4", "--budget", "0.4", "--json", **env)
    found = Search.from_json(ran.out)
    scan = found.passes[0]
    assert scan.derived == "a model"
    assert [(task.question, task.shard) for task in scan.tasks] == [
        ("Who counts the herring boats every morning?", "docs"),
        ("What does count_boats return?", "code"),
    ]
    assert found.found and all(one.verification == "verified" for one in found.citations)
    billed = sum(bill.cost_usd for bill in vendor.bills[before:])  # shards may have kept pages warm meanwhile
    assert 0 < found.spent_usd <= billed + 1e-9 and found.spent_usd <= 0.4


def test_a_search_without_a_budget_left_is_extractive_and_says_so(claude: Claude) -> None:
    running, vendor, env = claude
    before = len(vendor.bills)
    ran = run(running, "search", QUESTION, "--passes", "1", "--budget", "0.000001", **env)
    assert ran.code == 0 and "without a model" in ran.out
    assert len(vendor.bills) == before
