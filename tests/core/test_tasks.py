from __future__ import annotations

import pytest

from ifmem.core.findings import Finding
from ifmem.core.tasks import FOR_MODELS, HELP, Task, checked_priority, lacking, most_workers, state_of
from ifmem.core.worker_names import is_worker, worker_name
from ifmem.errors import Exit, IfmemError

TASK = Task("t_1", "Who counts the boats?", group="g")


def a_finding(text: str = "", *, found: bool = False, error: str = "") -> Finding:
    return Finding("f_1", "t_1", "docs", found, text, error=error)


def test_a_task_reads_its_own_json_back() -> None:
    assert Task.from_json(TASK.to_json()) == TASK
    assert (TASK.reply_to, Task("t_2", "x").reply_to) == ("g", "t_2")


def test_workers_are_known_by_their_names() -> None:
    assert is_worker(worker_name(12))
    assert not any(map(is_worker, ("worker", "docs", "worker-x", "my-worker-1")))


def test_as_many_work_as_is_configured_or_as_waiting_for_models_allows() -> None:
    assert most_workers(7, ["extractive"]) == 7
    assert most_workers(0, ["extractive", "anthropic"]) == FOR_MODELS
    assert most_workers(0, ["extractive"]) >= 1


@pytest.mark.parametrize(
    ("finding", "waiting", "worker", "dead", "state"),
    [
        (None, True, "", False, "waiting"),
        (None, False, "worker-1.1", False, "working"),
        (None, True, "worker-1.1", False, "waiting"),
        (a_finding(found=True), False, "", False, "found"),
        (a_finding(), False, "", False, "not found"),
        (a_finding(error="x"), False, "", False, "failed"),
        (a_finding(error="x"), False, "", True, "given up"),
    ],
)
def test_how_a_task_stands(finding: Finding | None, waiting: bool, worker: str, dead: bool, state: str) -> None:
    assert state_of(finding, waiting=waiting, worker=worker, dead=dead) == state


def test_a_blocked_worker_says_what_it_lacks() -> None:
    assert lacking(TASK, a_finding("Blocked: Who keeps the ledger?")) == "Who keeps the ledger?"
    assert lacking(TASK, a_finding("Not in the corpus.")) == TASK.question
    assert lacking(TASK, a_finding("The keeper.", found=True)) == ""


def test_a_helper_and_whoever_must_not_ask_do_not_ask() -> None:
    assert lacking(Task("t", "x", kind=HELP), a_finding()) == ""
    assert lacking(Task("t", "x", may_ask=False), a_finding()) == ""
    assert lacking(TASK, a_finding(error="the vendor is away")) == ""


def test_a_word_that_is_no_priority_is_refused() -> None:
    assert checked_priority("low") == "low"
    with pytest.raises(IfmemError) as refused:
        checked_priority("urgent")
    assert refused.value.exit_code == Exit.USAGE and "high, medium, low" in refused.value.fix
