"""A session that is a shard: questions out, answers back, silence told at once. The session is played by a task on the same store."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from running_set import FAST, PATIENCE_S, RunningSet, make_project

from ifmem import Memory
from ifmem.bridge import attaching
from ifmem.bridge.post import Post
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.answers import Answer
from ifmem.core.correspondence import Message
from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.core.partner_talk import Response, read_response
from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Quote, Request, Text
from ifmem.stores import attachments
from ifmem.stores.trust import is_trusted

TEXT = "# Harbour\n\nThe keeper counts the boats.\n"
Reply = Callable[[Message], Awaitable[str]]


def request(question: str, query_id: str, within_s: float = PATIENCE_S) -> Request:
    page = page_of([Document("README.md", TEXT, "0" * 64)])
    return Request(question=question, instructions="", pages=(page,), deadline_s=within_s, query_id=query_id)


@pytest.fixture
def attached(project: Path) -> Config:
    config = load(project)
    attaching.attach(config, "docs")
    return load(project)


async def session(config: Config, reply: Reply) -> None:
    """What a person's session does when it follows the prompt."""
    told = attaching.prompt(config, "docs").splitlines()
    conversation = next(line.split()[-1] for line in told if line.startswith("Conversation:"))
    token = next(line.split()[-1] for line in told if line.startswith("Your token:"))
    post = Post(config)
    who = await post.enter("me", conversation, token, "b")
    await post.update_status(who, "working")
    while True:
        for message in (await post.receive(who, "me", (), 10, 5)).messages:
            await post.send(who, "response", await reply(message), ())


async def knows(message: Message) -> str:
    query = json.loads(message.text)
    return json.dumps({"query": query["query"], "answer": f"To {query['question']}: the keeper [README.md:3]."})


def provider(config: Config) -> Any:
    """As a shard's process makes it: by the name in its table."""
    name = str(config.shards["docs"]["provider"]).removeprefix("python:")
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)(lambda *_: [])


def with_session(config: Config, reply: Reply, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        beside = asyncio.create_task(session(config, reply))
        partner = provider(config)
        try:
            post = Post(config)
            attachment = attachments.of_shard(config, "docs")
            who = await post.enter("", attachment.conversation, attachment.token, "a")
            while (await post.partner(who))[0].heard_at is None:
                await asyncio.sleep(0.01)
            return await work(partner)
        finally:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            await partner.close()

    return asyncio.run(run())


async def events(partner: Any, asked: Request) -> list[Any]:
    return [event async for event in partner.answer(asked)]


def test_a_question_goes_out_and_its_answer_comes_back_with_its_place(attached: Config) -> None:
    found = with_session(attached, knows, lambda partner: events(partner, request("who counts?", "q_1")))
    text = "".join(event.text for event in found if isinstance(event, Text))
    (quote,) = (event.citation for event in found if isinstance(event, Quote))
    assert text.startswith("To who counts?: the keeper")
    assert (quote.path, quote.start_line, quote.quote) == ("README.md", 3, "The keeper counts the boats.")
    assert found[-1] == Done(True, score=1.0)


def test_answers_reach_whoever_asked_in_any_order(attached: Config) -> None:
    held: list[str] = []

    async def backwards(message: Message) -> str:
        """Answers the first question only when it has the second, with both: the first as plain text."""
        held.append(json.loads(message.text)["query"])
        return json.dumps({"query": held[-1], "answer": f"for {held[-1]}"})

    async def both(partner: Any) -> list[list[Any]]:
        return list(await asyncio.gather(*(events(partner, request(f"question {n}", f"q_00{n}")) for n in range(1, 6))))

    for number, found in enumerate(with_session(attached, backwards, both), 1):
        assert found[0] == Text(f"for q_00{number}")


def test_leave_taking_is_asked_again_once_and_then_refused(attached: Config) -> None:
    async def answers_when_asked_again(message: Message) -> str:
        body = json.loads(message.text)
        text = "Happy to help!" if message.kind == "query" else "The keeper."
        return json.dumps({"query": body["query"], "answer": text})

    async def always_leaves(message: Message) -> str:
        return json.dumps({"query": json.loads(message.text)["query"], "answer": "Task complete."})

    found = with_session(attached, answers_when_asked_again, lambda p: events(p, request("who?", "q_1")))
    assert found == [Text("The keeper."), Done(False, asked_again=1)]
    with pytest.raises(IfmemError, match="takes leave"):
        with_session(attached, always_leaves, lambda p: events(p, request("who?", "q_2")))


def test_a_session_that_never_was_there_is_told_of_at_once(attached: Config) -> None:
    async def ask() -> None:
        await events(provider(attached), request("who?", "q_1", within_s=60))

    with pytest.raises(IfmemError, match="silent") as refused:
        asyncio.run(asyncio.wait_for(ask(), 30))
    assert "ifmem bridge prompt docs" in refused.value.fix


def test_a_session_that_falls_silent_is_told_of_before_the_deadline(project: Path) -> None:
    (project / "ifmem.toml").write_text("bridge_alive_s = 1.0\n")
    attaching.attach(load(project), "docs")

    async def hangs(_: Message) -> str:
        await asyncio.sleep(60)
        return ""

    with pytest.raises(IfmemError, match="silent"):
        with_session(load(project), hangs, lambda p: asyncio.wait_for(events(p, request("who?", "q_1", 60)), 30))


def test_an_answer_to_a_predecessor_is_not_asked_for_twice(attached: Config) -> None:
    async def twice(partner: Any) -> Any:
        first = asyncio.create_task(events(partner, request("who?", "q_1")))
        await asyncio.sleep(0)
        first.cancel()  # its process died
        with suppress(asyncio.CancelledError):
            await first
        return await events(provider(attached), request("who?", "q_1"))

    assert isinstance(with_session(attached, knows, twice)[-1], Done)


@pytest.mark.parametrize(
    ("text", "query_id", "answer"),
    [
        ('{"query": "q_77aa", "answer": " yes "}', "q_77aa", "yes"),
        ('{"answer": "yes"}', "", "yes"),
        ("On q_77aa: yes", "q_77aa", "On q_77aa: yes"),
        ("yes", "", "yes"),
        ('{"other": 1}', "", '{"other": 1}'),
    ],
)
def test_a_response_is_read_in_every_form(text: str, query_id: str, answer: str) -> None:
    assert read_response(text) == Response(query_id, answer)


def test_a_shard_is_attached_once_and_given_back_as_it_was(project: Path) -> None:
    (project / "ifmem.toml").write_text('# mine\n[shards.docs]\nprovider = "extractive"  # as it was\n')
    attaching.attach(load(project), "docs")
    with pytest.raises(IfmemError, match="already"):
        attaching.attach(load(project), "docs")
    attaching.detach(load(project), "docs")
    assert load(project).shards["docs"]["provider"] == "extractive"
    assert (project / "ifmem.toml").read_text().startswith("# mine\n")
    with pytest.raises(IfmemError, match="no session"):
        attaching.prompt(load(project), "docs")
    with pytest.raises(IfmemError, match="no shard"):
        attaching.attach(load(project), "poems")


def test_settings_that_cannot_be_changed_are_left_alone(project: Path) -> None:
    text = 'shards = { docs = { provider = "extractive" } }\n'
    (project / "ifmem.toml").write_text(text)
    with pytest.raises(IfmemError, match="cannot change") as refused:
        attaching.attach(load(project), "docs")
    assert "by hand" in refused.value.fix
    assert (project / "ifmem.toml").read_text() == text


def test_attaching_needs_no_further_trust_and_gives_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IFMEM_TRUST")
    attaching.attach(load(project), "docs")
    assert is_trusted(load(project))
    attaching.detach(load(project), "docs")
    (project / "ifmem.toml").write_text('base_url = "http://foreign.example"\n')
    attaching.attach(load(project), "docs")
    assert not is_trusted(load(project))


def test_a_running_set_asks_the_session(tmp_path: Path) -> None:
    folder = make_project(tmp_path)
    (folder / "ifmem.toml").write_text(FAST)
    attaching.attach(load(folder), "docs")
    found = RunningSet(folder, (folder / "ifmem.toml").read_text())

    async def answers(message: Message) -> str:
        query = json.loads(message.text)["query"]
        return json.dumps({"query": query, "answer": "The keeper counts them [README.md:3]."})

    try:
        found.memory.up(timeout=PATIENCE_S)
        before = next(shard for shard in found.memory.status().shards if shard.name == "docs")
        answer = with_session(found.config, answers, lambda _: asyncio.to_thread(asked, folder))
        after = found.memory.status()
    finally:
        found.end()
    assert (before.state, "never there" in before.reason) == ("lost", True)
    assert "ifmem bridge prompt docs" in before.fix
    assert (after.state, after.shards[0].detail) == ("ready", "working")
    assert (answer.found, answer.provider) == (True, "partner")
    assert (answer.citations[0].place, answer.citations[0].verification) == ("README.md:3", "verified")


def asked(folder: Path) -> Answer:
    with Memory(folder) as memory:
        return memory.ask("Who counts the boats?", shards=["docs"])
