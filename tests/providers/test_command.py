"""Agent programs: what they say, and every way in which they stop saying it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conformance_provider import ANSWERED, PAGES, ProviderContract, done_of, quotes_of, request, text_of

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.findings import Usage
from ifmem.core.queries import Turn
from ifmem.errors import IfmemError
from ifmem.providers.command import Command, command_in
from ifmem.providers.contract import Event, Request, Restart
from ifmem.providers.spending import Unlimited
from ifmem.stores.page_files import write_page

AGENT = Path(__file__).parents[1] / "scripted_agent.py"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")})


class Asked:
    """An agent of some manners, and what it left in its folder."""

    def __init__(self, config: Config, *manners: str) -> None:
        self.folder = config.folder
        self.config = config
        self.manners = manners
        self.pauses: list[float] = []
        self.provider: Command | None = None

    def make(self) -> Command:
        command = [sys.executable, "-S", str(AGENT), str(self.folder), *self.manners]
        return Command(command, self.config, Unlimited(), sleep=self._sleep)

    def ask(self, *requests: Request) -> list[list[Event]]:
        async def run() -> list[list[Event]]:
            provider = self.make()
            try:
                return [[event async for event in provider.answer(one)] for one in requests or (request(),)]
            finally:
                await provider.close()

        return asyncio.run(run())

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    @property
    def starts(self) -> list[int]:
        return [int(line) for line in (self.folder / "starts").read_text().splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "asked").read_text().splitlines()]


class TestTheContract(ProviderContract):
    @pytest.fixture
    def provider(self, config: Config) -> Command:
        return Asked(config).make()


def test_one_program_answers_question_after_question(config: Config) -> None:
    asked = Asked(config)
    first, second = asked.ask(request(), request())
    assert text_of(first) == text_of(second) == "It says: The lighthouse keeper counts the herring boats every morning."
    assert len(asked.starts) == 1


def test_what_it_tells_of_its_use_is_in_the_receipt(config: Config) -> None:
    (events,) = Asked(config).ask()
    assert done_of(events).usage == Usage(input=7, output=2)
    assert done_of(events).cost_usd == 0.001


def test_it_is_given_the_question_what_came_before_and_the_pages(config: Config) -> None:
    write_page(config.pages, PAGES[0])
    asked = Asked(config)
    asked.ask(request(history=(Turn("Who?", "He."),), query_id="q_1"))
    (told,) = asked.requests
    assert (told["id"], told["question"], told["history"]) == (
        "q_1.1",
        ANSWERED,
        [{"question": "Who?", "answer": "He."}],
    )
    assert told["pages"][0]["file"] == str(config.pages / f"{PAGES[0].digest}.page")
    assert told["pages"][1]["documents"][0]["path"] == "mountain.md"


def test_a_page_is_read_from_its_file(config: Config) -> None:
    write_page(config.pages, PAGES[0])
    (events,) = Asked(config).ask()
    assert [quote.path for quote in quotes_of(events)] == ["harbour.md"]


def test_one_that_leaves_before_it_answers_is_started_and_asked_again(config: Config) -> None:
    asked = Asked(config, "leave-once")
    (events,) = asked.ask()
    assert done_of(events).found
    assert len(asked.starts) == len(asked.requests) == 2


def test_what_it_said_before_it_broke_off_is_taken_back(config: Config) -> None:
    (events,) = Asked(config, "break-off-once").ask()
    assert any(isinstance(event, Restart) for event in events)
    assert text_of(events) == "It says: The lighthouse keeper counts the herring boats every morning."


def test_one_that_takes_leave_is_asked_again_and_answers(config: Config) -> None:
    asked = Asked(config, "goodbye-once")
    (events,) = asked.ask()
    assert done_of(events).found
    assert done_of(events).asked_again == 1
    assert "All done" not in text_of(events)
    assert asked.requests[1]["question"].startswith(ANSWERED)


@pytest.mark.parametrize(
    ("manner", "what"),
    [("goodbye", "took leave instead of answering"), ("leave", "left before it answered"), ("refuse", "overloaded")],
)
def test_what_happens_twice_is_a_failure(config: Config, manner: str, what: str) -> None:
    with pytest.raises(IfmemError, match=what):
        Asked(config, manner).ask()


def test_one_that_believes_it_is_done_after_each_answer_goes_on(config: Config) -> None:
    asked = Asked(config, "leave-after")
    answers = asked.ask(request(), request(), request())
    assert all(done_of(events).found for events in answers)
    assert len(asked.starts) >= 3
    assert asked.pauses[:2] == [0.0, 0.0]  # then the rules that every process lives by
    assert asked.pauses[2] > 0


def test_the_next_start_is_given_the_session_to_resume(config: Config) -> None:
    asked = Asked(config, "leave-after")
    asked.ask(request(query_id="q_1"), request(query_id="q_2"))
    assert [told["session"] for told in asked.requests] == ["", "after q_1.1"]


def test_one_that_hangs_is_killed_at_the_deadline(config: Config) -> None:
    asked = Asked(config, "silent-once")

    async def run() -> list[Event]:
        provider = asked.make()
        try:
            with pytest.raises(IfmemError, match="did not answer within"):
                [event async for event in provider.answer(request(deadline_s=3.0))]
            return [event async for event in provider.answer(request())]
        finally:
            await provider.close()

    assert done_of(asyncio.run(run())).found
    assert len(asked.starts) == 2
    with pytest.raises(ProcessLookupError):
        os.kill(asked.starts[0], 0)


def test_lines_that_are_no_events_are_counted_and_said(config: Config) -> None:
    (events,) = Asked(config, "babble").ask()
    assert done_of(events).found
    assert done_of(events).note == f"{Path(sys.executable).name} said 7 lines that are no part of an answer"


def test_one_that_never_comes_to_answer_is_given_up_with_its_reason(config: Config) -> None:
    asked = Asked(config, "die")
    with pytest.raises(IfmemError) as caught:
        asked.ask()
    assert caught.value.what.endswith(("was given up.", "left before it answered."))
    assert "exit code 3" in caught.value.why


def test_it_does_not_outlive_its_provider(config: Config) -> None:
    asked = Asked(config)
    asked.ask()
    with pytest.raises(ProcessLookupError):
        os.kill(asked.starts[0], 0)


def test_it_is_not_given_keys(config: Config, secret: str) -> None:
    show = 'import os, sys; open(sys.argv[1], "w").write(str(dict(os.environ)))'
    provider = Command([sys.executable, "-c", show, str(config.folder / "environment")], config, Unlimited())

    async def run() -> None:
        with pytest.raises(IfmemError):
            [event async for event in provider.answer(request(deadline_s=5.0))]
        await provider.close()

    asyncio.run(run())
    assert secret not in (config.folder / "environment").read_text()


@pytest.fixture
def secret() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ANTHROPIC_API_KEY", "sk-of-nobody")
        yield "sk-of-nobody"


@pytest.mark.parametrize("line", ["", "no-such-program-anywhere", "./agent.sh", 'sh "-c'])
def test_a_program_that_cannot_be_started_is_said(line: str) -> None:
    with pytest.raises(IfmemError, match="cannot answer with the command"):
        command_in(line)


def test_arguments_are_split_as_a_shell_does() -> None:
    program, *arguments = command_in("sh -c 'echo one two'")
    assert Path(program).name == "sh"
    assert arguments == ["-c", "echo one two"]


def test_questions_wait_for_their_turn_no_longer_than_they_may(config: Config) -> None:
    asked = Asked(config, "silent")

    async def run() -> list[BaseException | None]:
        provider = asked.make()

        async def ask(deadline_s: float) -> None:
            [event async for event in provider.answer(replace(request(), deadline_s=deadline_s))]

        try:
            return await asyncio.gather(ask(1.5), ask(0.3), return_exceptions=True)
        finally:
            await provider.close()

    assert all(isinstance(error, IfmemError) for error in asyncio.run(run()))
