"""A set whose shards and coordinator ask a simulated vendor: one answer of several findings, stored answers, follow-ups, streaming."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, eventually, make_project
from simulator.asked import Asked
from simulator.background import serving_in_background
from simulator.reading import NOTHING, Spoken, read, say
from simulator.vendor import KEY, Vendor

from ifmem.core.answers import Answer, Progress
from ifmem.core.findings import Usage

QUESTION = "Who counts the herring boats every morning?"
BOTH = ("docs", "code")
SETTINGS = FAST + "keep_warm = false\nmargin = 1.0\n"


@dataclass
class Models:
    """A running set and its vendor. `synthesis` is what the coordinator's model says, if it is told; `ignorant` is the end of the paths
    of which a shard's model will know nothing; `writing` is set when the coordinator's model is asked, `may_write` lets it speak."""

    vendor: Vendor
    set: RunningSet
    synthesis: list[Spoken] = field(default_factory=list)
    ignorant: str = ""
    writing: threading.Event = field(default_factory=threading.Event)
    may_write: threading.Event = field(default_factory=threading.Event)
    heard: list[Progress] = field(default_factory=list)

    def speak(self, asked: Asked) -> Spoken:
        if asked.results:
            self.writing.set()
            assert self.may_write.wait(PATIENCE_S)
        if asked.results and self.synthesis:
            return self.synthesis.pop()
        know_nothing = any((document.title or "").endswith(self.ignorant) for document in asked.documents)
        return say(NOTHING) if self.ignorant and know_nothing else read(asked)

    def ask(self, question: str = QUESTION, **options: Any) -> Answer:
        """Ask with an empty memory of what the vendor got and the asker heard."""
        self.vendor.requests.clear()
        self.vendor.bills.clear()
        self.heard.clear()
        return self.set.memory.ask(question, on_progress=self.heard.append, **options)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.vendor.requests if one.path == "/v1/messages"]

    @property
    def read_along(self) -> str:
        text = ""
        for progress in self.heard:
            text = "" if progress.kind == "restart" else text + progress.text * (progress.kind == "text")
        return text


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    vendor = Vendor()
    with serving_in_background(vendor) as url, pytest.MonkeyPatch.context() as environment:
        for name, value in {"IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native", "ANTHROPIC_API_KEY": KEY}.items():
            environment.setenv(name, value)
        folder = make_project(tmp_path_factory.mktemp("models"))
        enlarge(folder)
        running = RunningSet(folder, SETTINGS)
        models = Models(vendor, running)
        vendor.speak = models.speak
        models.may_write.set()
        try:
            running.memory.up(timeout=PATIENCE_S)
            yield models
        finally:
            running.end()


def enlarge(folder: Path) -> None:
    """Enough text for a page to be worth caching, and a second place that answers."""
    (folder / "TIDES.md").write_text(
        "# Tides\n\n" + "".join(f"On day {n} the tide is {n % 7} feet.\n" for n in range(400))
    )
    (folder / "src" / "counting.py").write_text(
        '"""The keeper counts the herring boats every morning, and the ledger once more."""\n\nBOATS = 7\n'
    )


def test_findings_of_several_shards_are_made_one_answer_with_checked_citations(models: Models) -> None:
    answer = models.ask(shards=BOTH)
    assert answer.found and answer.notes == ()
    assert {citation.verification for citation in answer.citations} == {"verified"}
    assert {citation.shard for citation in answer.citations} == set(BOTH)
    assert answer.model == "claude-haiku-5-5, claude-sonnet-5-5"
    assert [bill.model for bill in models.vendor.bills].count("claude-sonnet-5-5") == 1


def test_the_receipt_is_the_sum_of_what_the_vendor_billed(models: Models) -> None:
    answer = models.ask("Which keeper counts herring boats in the morning?", shards=BOTH)
    billed = Usage()
    for bill in models.vendor.bills:
        billed = billed.plus(bill.usage)
    assert answer.usage == billed and billed.output > 0
    assert answer.cost_usd == pytest.approx(sum(bill.cost_usd for bill in models.vendor.bills))
    assert answer.prices_as_of


def test_what_the_coordinator_writes_is_read_along(models: Models) -> None:
    answer = models.ask("Every morning, who counts the herring boats?", shards=BOTH)
    assert models.read_along == answer.answer != ""
    assert len([one for one in models.heard if one.kind == "text"]) > 1


def test_a_shard_that_is_asked_alone_speaks_for_itself_and_no_second_model_is_asked(models: Models) -> None:
    answer = models.ask("Does the keeper count herring boats every morning?", shards=("docs",))
    assert models.read_along == answer.answer != ""
    assert {bill.model for bill in models.vendor.bills} == {"claude-haiku-5-5"}


def test_what_a_shard_said_that_does_not_have_it_is_taken_back_when_another_is_asked(models: Models) -> None:
    models.ignorant = "README.md"
    answer = models.ask("Does the lighthouse keeper count herring every morning?")
    models.ignorant = ""
    kinds = [progress.kind for progress in models.heard]
    assert [use.name for use in answer.shards if use.asked] == ["docs", "code"]
    assert kinds.index("text") < kinds.index("restart")
    assert models.read_along == answer.answer and "keeper counts" in answer.answer


def test_the_same_question_costs_nothing_the_second_time(models: Models) -> None:
    question = "What does the lighthouse keeper count every morning?"
    first = models.ask(question, shards=BOTH)
    again = models.ask(f"  {question}\n", shards=BOTH)
    assert models.vendor.requests == []
    assert (again.cached_from, again.answer, again.citations) == (first.id, first.answer, first.citations)
    assert (again.usage, again.cost_usd, again.cached_from == again.id) == (Usage(), 0.0, False)
    assert "stored answer" in again.notes[0]
    assert models.ask(question, shards=BOTH, fresh=True).cached_from == ""
    assert models.vendor.requests != []


def test_another_way_of_asking_is_another_question(models: Models) -> None:
    question = "Which boats does the lighthouse keeper count every morning?"
    models.ask(question, shards=BOTH)
    assert models.ask(question, shards=("docs",)).cached_from == ""
    assert models.ask(question, shards=BOTH, synthesis=False).cached_from == ""
    assert models.ask(question, shards=BOTH, model="claude-opus-5-5").cached_from == ""
    assert "claude-opus-5-5" in [bill.model for bill in models.vendor.bills]


def test_without_synthesis_every_shard_s_words_are_there(models: Models) -> None:
    answer = models.ask(shards=BOTH, synthesis=False)
    assert "docs:\n" in answer.answer and "code:\n" in answer.answer
    assert {citation.shard for citation in answer.citations} == set(BOTH)
    assert {bill.model for bill in models.vendor.bills} == {"claude-haiku-5-5"}


def test_a_synthesis_that_fails_is_said_and_the_findings_stand(models: Models) -> None:
    models.synthesis = [Spoken((("I will not ", ()),), "refusal")]
    answer = models.ask("Who, every single morning, counts herring boats?", shards=BOTH)
    assert answer.found and "docs:\n" in answer.answer and "code:\n" in answer.answer
    assert "refused" in answer.notes[0]
    assert models.read_along == ""
    assert answer.usage.output > 0


def test_an_answer_with_something_to_be_said_about_it_is_not_kept(models: Models) -> None:
    question = "Who counts all herring boats every morning?"
    models.synthesis = [say("They are counted. No source.")]
    assert "cites nothing" in models.ask(question, shards=BOTH).notes[0]
    assert models.ask(question, shards=BOTH).cached_from == ""


def test_a_model_that_does_not_exist_is_said(models: Models) -> None:
    answer = models.ask("Whose boats are counted every morning?", shards=BOTH, model="claude-sonet-5-5")
    assert answer.found and "claude-sonet-5-5" in answer.notes[0]


def test_a_follow_up_has_its_turns_behind_the_page_which_stays_hot(models: Models) -> None:
    first = models.ask("Who counts the herring boats, and where?", shards=("docs",), fresh=True)
    second = models.ask("And when does he count them, every morning?", shards=("docs",), follows=first.id)
    [body] = models.bodies()
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][0]["content"][-1]["text"] == first.question
    assert body["messages"][1]["content"][0]["text"] == first.answer
    assert body["messages"][2]["content"][-1]["text"] == second.question
    assert second.usage.cache_read > 1_000 and second.usage.cache_write == 0
    assert second.follows == first.id


def test_a_follow_up_is_put_to_whoever_had_the_answer(models: Models) -> None:
    first = models.ask("Who counts herring boats at all, every morning?", shards=("code",))
    second = models.ask("And how many of them?", follows=first.id)
    assert "code" in [use.name for use in second.shards if use.asked]


def test_a_conversation_outlives_the_bus_s_memory_of_it(models: Models) -> None:
    first = models.ask("Who is it that counts herring boats every morning?", shards=("docs",))
    eventually(lambda: first.id in {row["id"] for row in models.set.archived("answers")})
    models.set.on_bus("DEL", models.set.keys.answer(first.id), models.set.keys.query(first.id))
    models.ask("And when?", shards=("docs",), follows=first.id)
    assert models.bodies()[-1]["messages"][0]["content"][-1]["text"] == first.question


def test_a_coordinator_that_dies_while_its_model_writes_loses_neither_the_question_nor_the_findings(
    models: Models,
) -> None:
    models.may_write.clear()
    models.writing.clear()
    query_id = models.set.memory.submit("Who, once again, counts herring boats every morning?", shards=BOTH)
    assert models.writing.wait(PATIENCE_S)
    killed = models.set.kill("coordinator")
    models.may_write.set()
    answer = models.set.memory.answer(query_id)
    models.set.replaced(killed)
    assert answer.found and answer.notes == () and "claude-sonnet-5-5" in answer.model
    assert [use.attempts for use in answer.shards if use.asked] == [1, 1]
    eventually(lambda: models.set.each_answered_once(query_id), what="recorded once")
