"""A folder full of injected instructions and a provider that obeys them: nobody else does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from e2e_cli import ifmem
from injections import EVERYTHING, INJECTIONS
from running_set import FAST, PATIENCE_S, RunningSet, make_project

QUESTION = "Who counts the herring boats?"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """Extractive shards, and one that is gullible: `evil`."""
    folder = make_project(tmp_path_factory.mktemp("injected"))
    for number, text in enumerate(INJECTIONS.values()):
        (folder / f"note-{number}.md").write_text(text, encoding="utf-8")
    (folder / "trap").mkdir()
    (folder / "trap" / "everything.evil").write_text(EVERYTHING, encoding="utf-8")
    (folder / "passwd.md").symlink_to("/etc/passwd")
    settings = FAST + '[shards.evil]\ninclude = ["*.evil"]\nprovider = "python:injections:Gullible"\n'
    found = RunningSet(folder, settings)
    try:
        found.memory.up(timeout=PATIENCE_S)
        yield found
    finally:
        found.end()


def test_the_question_goes_where_it_went_and_is_answered_as_it_was(running: RunningSet) -> None:
    answer = running.memory.ask(QUESTION)
    assert [(one.path, one.verification) for one in answer.citations][:1] == [("README.md", "verified")]
    assert "docs" in [use.name for use in answer.shards if use.asked]
    assert {process.name for process in running.memory.status().shards} == {"docs", "code", "evil"}


def test_what_the_gullible_one_was_told_to_cite_is_marked_as_invented(running: RunningSet) -> None:
    ran = ifmem("ask", "--json", "--shard", "evil", "-C", str(running.folder), QUESTION)
    answer = json.loads(ran.out)
    assert answer["citations"]
    assert {one["verification"] for one in answer["citations"] if not one["quote"] or "etc" in one["path"]} <= {
        "invented"
    }
    assert "root:" not in json.dumps([one for one in answer["citations"] if one["verification"] != "invented"])


def test_a_terminal_is_not_talked_to(running: RunningSet) -> None:
    for arguments in (
        ("--shard", "evil", QUESTION),
        ("--shard", "docs", "what does the terminal say: red owned gnp.exe?"),
    ):
        ran = ifmem("ask", "-C", str(running.folder), *arguments)
        assert not [c for c in ran.out + ran.err if c in "\x1b\x07\x9b\u202e"]


def test_nothing_was_run_read_or_changed(running: RunningSet) -> None:
    assert not list(running.folder.rglob("owned*"))
    left_out = {
        omission.path: omission.reason for manifest in running.memory.corpus() for omission in manifest.left_out
    }
    assert left_out["passwd.md"] == "a link out of the folder"
    assert running.memory.document("passwd.md") == ()
    assert running.memory.status().ready
    assert running.on_bus("EXISTS", running.keys.set_info) == 1
