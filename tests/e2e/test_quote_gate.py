"""What a provider invents is marked in the answer that people get, and the receipt says so, now and later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from e2e_cli import Ran, ifmem
from running_set import FAST, RunningSet, eventually, make_project

SETTINGS = f'{FAST}shards.code.enabled = false\nshards.docs.provider = "python:lying:Liar"\n'
MARK = "[unverified: the quoted text is not in the corpus]"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    found = RunningSet(make_project(tmp_path_factory.mktemp("lying")), settings=SETTINGS)
    try:
        found.memory.up()
        yield found
    finally:
        found.end()


def asked(running: RunningSet, question: str) -> tuple[Ran, dict[str, Any]]:
    running.memory.up()  # a test may have stopped it
    ran = ifmem("ask", "--json", "-C", str(running.folder), question)
    assert ran.code == 0, ran
    return ran, json.loads(ran.out)


def test_the_sentence_of_an_invented_quote_is_marked_and_the_others_are_not(running: RunningSet) -> None:
    _, answer = asked(running, "what does the keeper do?")
    assert answer["answer"] == f"The keeper counts. It is in a file. The keeper sells boats. {MARK} That is all."
    classes = [(one["path"], one["start_line"], one["verification"]) for one in answer["citations"]]
    assert classes == [("README.md", 3, "verified"), ("README.md", 3, "wrong file"), ("README.md", 3, "invented")]
    assert answer["found"]


def test_an_answer_of_which_no_quote_stands_is_not_found(running: RunningSet) -> None:
    _, answer = asked(running, "lie")
    assert not answer["found"]
    assert MARK in answer["answer"]
    assert [one["verification"] for one in answer["citations"]] == ["invented"]


def test_the_receipt_is_verified_from_a_pipe_and_by_its_id_when_nothing_runs_any_more_and_after_a_change(
    running: RunningSet,
) -> None:
    ran, answer = asked(running, "what does the keeper do?")
    folder = ("-C", str(running.folder))
    piped = ifmem("verify", "-", *folder, stdin=ran.out.encode())
    assert piped.code == 0
    assert piped.out.splitlines()[0].startswith(f"{answer['id']}  intact")
    eventually(lambda: answer["id"] in {row["id"] for row in running.archived("answers")}, what="the answer archived")
    assert running.memory.down()
    later = ifmem("verify", answer["id"], "--json", *folder)
    verdict = json.loads(later.out)
    assert (later.code, verdict["digest"], verdict["genuine"], verdict["current"]) == (0, "intact", True, True)
    assert [one["now"] for one in verdict["citations"]] == ["unchanged", "unchanged", "unverified"]
    readme = running.folder / "README.md"
    text = readme.read_text()
    readme.write_text(text.replace("herring", "salmon"))
    changed = ifmem("verify", answer["id"], *folder)
    readme.write_text(text)
    assert (changed.code, "README.md:3  changed" in changed.out) == (5, True)
