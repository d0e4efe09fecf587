"""A real set while its folder changes: what is saved can be asked for, what is asked is answered, and nobody mixes two versions."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from e2e_cli import ifmem
from running_set import PATIENCE_S, RunningSet, eventually, make_project

from ifmem import Memory
from ifmem.core.answers import Answer
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import bus_url

SETTINGS = """\
shards.history.enabled = false
shards.working.enabled = false
[shards.clock]
sources = [{ kind = "command", name = "ticks", command = "echo tick >> .ifmem/ticks; wc -l < .ifmem/ticks" }]
[shards.log]
provider = "python:scripted:Obedient"
sources = [{ kind = "files", include = ["log.book"] }]
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    found = RunningSet(make_project(tmp_path_factory.mktemp("fresh")), settings=SETTINGS)
    (found.folder / "log.book").write_text("The wind is from the west.\n")
    try:
        found.memory.up()
        yield found
    finally:
        found.end()


def says(running: RunningSet, word: str) -> bool:
    answer = running.memory.ask(f"Who counts the {word} boats?", shards=["docs"])
    return answer.found and word in answer.answer


def write(running: RunningSet, word: str, path: str = "README.md") -> None:
    (running.folder / path).write_text(f"# Harbour\n\nThe keeper counts the {word} boats every morning.\n")


def test_a_save_can_be_asked_for_and_what_it_replaced_is_gone(running: RunningSet) -> None:
    assert says(running, "herring")
    write(running, "lobster")
    eventually(lambda: says(running, "lobster"), what="the saved text answered")
    assert not says(running, "herring")
    answer = running.memory.ask("Who counts the lobster boats?", shards=["docs"])
    assert {citation.verification for citation in answer.citations} == {"verified"}


def test_the_receipts_corpus_version_changes_with_the_text(running: RunningSet) -> None:
    before = running.memory.ask("Who counts the boats?").corpus
    write(running, "walrus")
    eventually(lambda: says(running, "walrus"), what="the saved text answered")
    assert running.memory.ask("Who counts the boats?").corpus != before


def test_new_folders_renamed_and_removed_files_are_followed(running: RunningSet) -> None:
    (running.folder / "deep" / "er").mkdir(parents=True)
    write(running, "narwhal", "deep/er/note.md")
    eventually(lambda: says(running, "narwhal"), what="the new file answered")
    (running.folder / "deep" / "er" / "note.md").rename(running.folder / "moved.md")
    asked = "Who counts the narwhal boats?"

    def paths() -> set[str]:
        return {citation.path for citation in running.memory.ask(asked, shards=["docs"]).citations}

    eventually(lambda: "moved.md" in paths() and "deep/er/note.md" not in paths(), what="the rename followed")
    (running.folder / "moved.md").unlink()
    eventually(lambda: not says(running, "narwhal"), what="the removal followed")


def test_an_answer_says_that_its_evidence_changed_while_it_was_made(running: RunningSet, tmp_path: Path) -> None:
    query_id = running.hold(tmp_path / "held", shards=("log",))
    before = {one.shard: one.version for one in running.memory.corpus()}
    (running.folder / "log.book").write_text("The wind is from the east.\n")
    eventually(lambda: {one.shard: one.version for one in running.memory.corpus()}["log"] != before["log"])
    (tmp_path / "held" / "go").touch()
    told = ifmem("-C", str(running.folder), "ask", "--resume", query_id)
    assert told.code == 0, told
    assert "the evidence changed after it was read: log.book" in told.err


def test_others_hear_of_a_change(running: RunningSet) -> None:
    heard: list[dict[str, object]] = []

    async def listen() -> None:
        bus = Bus(bus_url(running.config))
        async with bus.subscribed(running.keys.channel_findings) as published:
            async for text in published:
                told = json.loads(text)
                if told.get("kind") == "changed" and "poked.md" in told["changed"]:
                    heard.append(told)
                    break
        await bus.close()

    listening = threading.Thread(target=lambda: asyncio.run(asyncio.wait_for(listen(), PATIENCE_S)))
    listening.start()

    def poke() -> bool:
        with (running.folder / "poked.md").open("a") as file:
            file.write("poked\n")
        return bool(heard)

    eventually(poke, what="the change told")
    listening.join()
    assert heard[0]["shard"] == "docs"
    assert heard[0]["version"] != heard[0]["before"]


def test_refresh_runs_commands_again_and_says_what_changed(running: RunningSet) -> None:
    ran = ifmem("-C", str(running.folder), "refresh", "clock", "--json")
    assert ran.code == 0, ran
    assert "clock" in json.loads(ran.out)["changed"]
    assert ifmem("-C", str(running.folder), "refresh", "nobody").code == 2


def test_status_says_how_the_text_stands(running: RunningSet) -> None:
    write(running, "puffin")
    eventually(lambda: says(running, "puffin"), what="the saved text answered")

    def freshness() -> str:
        docs = running.process("docs")
        return docs.freshness if docs else ""

    eventually(lambda: freshness() == "fresh" or "applied" in freshness(), what="freshness in status")


def test_no_question_fails_or_mixes_versions_while_files_change(running: RunningSet) -> None:
    """Two sentences of one file always name the same animal: an answer that names two has mixed versions."""
    names = [f"animal{number}" for number in range(12)]
    stop = threading.Event()
    path = running.folder / "pair.md"
    answers: list[Answer] = []

    def save(name: str) -> None:
        new = path.with_suffix(".new")
        filler = "Nothing happens on this line of the log.\n" * 10
        new.write_text(f"The unicorn at the east gate is {name}.\n{filler}The unicorn at the west gate is {name}.\n")
        new.replace(path)

    def edit() -> None:
        for name in cycle(names):
            if stop.wait(0.05):
                return
            save(name)

    def told() -> list[set[str]]:
        return [{name for name in names if f"is {name}." in answer.answer} for answer in answers]

    def asked_through_a_change(asker: Memory) -> bool:
        answers.append(asker.ask("Which unicorn is at the gate, east or west?", shards=["docs"]))
        return len(answers) >= 60 and len(set.union(*told())) > 1

    save(names[0])
    eventually(lambda: running.memory.ask("unicorn gate", shards=["docs"]).found, what="the pair loaded")
    editing = threading.Thread(target=edit)
    editing.start()
    try:
        with Memory(running.folder) as asker:
            eventually(lambda: asked_through_a_change(asker), what="two versions answered from")
    finally:
        stop.set()
        editing.join()
    assert all(answer.found and not answer.error and not answer.partial for answer in answers)
    assert all(len(one) == 1 for one in told())


def test_a_watcher_that_died_is_replaced_and_sees_what_it_missed(running: RunningSet) -> None:
    before = running.kill("watcher")
    write(running, "manatee")
    running.replaced(before)
    eventually(lambda: says(running, "manatee"), what="the change that was missed")
