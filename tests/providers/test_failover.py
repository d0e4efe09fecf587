"""The order of providers behind a shard: who answers when the first cannot, and what the receipt says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conformance_provider import done_of, events_of, request, text_of

from ifmem.config import Config
from ifmem.config.folders import FILE
from ifmem.config.loading import load
from ifmem.core.domains import Domain
from ifmem.core.findings import Usage
from ifmem.core.pages import Page
from ifmem.core.trust import wishes
from ifmem.errors import Exit, IfmemError
from ifmem.providers.choice import provider_for
from ifmem.providers.contract import Done, Event, Provider, Request, Restart, Text
from ifmem.providers.failover import Failover, Unavailable
from ifmem.providers.spending import OverBudget, Unlimited

BUSY = IfmemError("the vendor is in trouble.", why="503")
SPENT = OverBudget("the budget of the day is spent.", why="$5.00 of $5.00")


class Says:
    """Says some words, then fails, hangs, or is done."""

    def __init__(self, name: str, *words: str, then: IfmemError | float | None = None) -> None:
        self.name, self.model = name, f"{name}-1"
        self.words = words
        self.then = then
        self.asked: list[Request] = []

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        self.asked.append(request)
        for word in self.words:
            yield Text(word)
        if isinstance(self.then, IfmemError):
            raise self.then
        if self.then:
            await asyncio.sleep(self.then)
        yield Done(found=True)

    async def close(self) -> None:
        self.closed = True


def test_the_first_that_can_answers_and_nothing_has_to_be_said() -> None:
    second = Says("second", "no")
    events = events_of(Failover([Says("first", "yes"), second]), request())
    assert text_of(events) == "yes"
    assert (done_of(events).note, done_of(events).provider) == ("", "")
    assert second.asked == []


def test_the_next_answers_under_its_own_name_with_the_reason() -> None:
    events = events_of(Failover([Says("first", then=BUSY), Says("second", "yes")]), request())
    done = done_of(events)
    assert (text_of(events), done.provider, done.model) == ("yes", "second", "second-1")
    assert done.note == "second answered, since first did not: the vendor is in trouble. 503"


def test_what_the_first_had_said_is_taken_back() -> None:
    events = events_of(Failover([Says("first", "the mas", then=BUSY), Says("second", "yes")]), request())
    assert any(isinstance(event, Restart) for event in events)
    assert text_of(events) == "yes"


def test_one_that_hangs_leaves_time_for_the_next() -> None:
    second = Says("second", "yes")
    events = events_of(Failover([Says("first", then=60.0), second]), request(deadline_s=2.0))
    assert text_of(events) == "yes"
    assert "did not answer within" in done_of(events).note
    assert second.asked[0].deadline_s == pytest.approx(1.0, abs=0.5)


def test_when_nobody_can_everybodys_reason_is_told() -> None:
    failing = Failover([Says("first", then=BUSY), Says("second", then=IfmemError("no such model."))])
    with pytest.raises(IfmemError) as caught:
        events_of(failing, request())
    assert (caught.value.what, caught.value.why) == (BUSY.what, "503; second: no such model.")


def test_a_spent_budget_stays_one_so_that_the_shard_can_answer_extractively() -> None:
    with pytest.raises(OverBudget, match="budget of the day"):
        events_of(Failover([Says("first", then=BUSY), Says("second", then=SPENT)]), request())


def test_all_are_closed() -> None:
    providers = [Says("first"), Says("second")]
    asyncio.run(Failover(providers).close())
    assert all(provider.closed for provider in providers)


class Warm(Says):
    keeper = None

    async def warm(self, page: Page, instructions: str, *, refresh: bool = False) -> Usage:
        return Usage(cache_write=5)


def test_only_the_first_is_kept_warm() -> None:
    page = request().pages[0]
    assert asyncio.run(Failover([Warm("first"), Says("second")]).warm(page, "")) == Usage(cache_write=5)
    assert asyncio.run(Failover([Says("first"), Warm("second")]).warm(page, "")) == Usage()


def test_one_that_cannot_be_had_is_passed_over_with_its_reason() -> None:
    missing = Unavailable("openai:gpt", IfmemError("there is no key for openai."))
    events = events_of(Failover([missing, Says("second", "yes")]), request())
    assert "openai did not: there is no key for openai." in done_of(events).note


def configured(tmp_path: Path, user: str = "", own: str = "", **env: str) -> Config:
    folder, home = tmp_path / "folder", tmp_path / "config" / "ifmem"
    for path, text in ((folder, own), (home, user)):
        path.mkdir(parents=True)
        (path / FILE).write_text(text)
    return load(folder, env={"XDG_CONFIG_HOME": str(home.parent), **env})


def provider(config: Config, name: str = "auto") -> Provider:
    return provider_for(replace(Domain(1, "docs", "Docs", "Answer.", ()), provider=name), config, search, Unlimited())


def search(weights: Mapping[str, float], *, limit: int, pages: Sequence[str] | None = None) -> list[Any]:
    return []


def test_a_shards_own_order_comes_before_that_of_all(tmp_path: Path) -> None:
    own = 'failover = ["gemini:gemini-x"]\n[shards.docs]\nprovider = "anthropic"\nfailover = ["extractive"]\n'
    found = provider(configured(tmp_path, own=own), "anthropic")
    assert done_of(events_of(found, request())).provider == "extractive"


def test_without_any_that_can_be_had_it_does_not_start(tmp_path: Path) -> None:
    config = configured(tmp_path, own='failover = ["openai:gpt"]\n')
    with pytest.raises(IfmemError) as caught:
        provider(config, "anthropic")
    assert caught.value.exit_code == Exit.CREDENTIALS


def test_a_name_that_is_no_provider_is_never_passed_over(tmp_path: Path) -> None:
    with pytest.raises(IfmemError, match="'extractiv' is not a provider"):
        provider(configured(tmp_path, own='failover = ["extractiv"]\n'))


def test_one_vendors_server_is_not_asked_for_another(tmp_path: Path) -> None:
    user = '[shards.docs]\nbase_url = "http://127.0.0.1:9"\nmodel = "m"\nfailover = ["openai:gpt", "extractive"]\n'
    found = provider(configured(tmp_path, user=user, OPENAI_API_KEY="sk-x"), "openai:deepseek")
    assert isinstance(found, Failover)
    addresses = [getattr(one, "_endpoint", None) for one in found._providers]
    assert [one and one.local for one in addresses] == [True, False, None]


@pytest.mark.parametrize(
    ("own", "setting"),
    [
        ('provider = "command:sh"\n', "provider"),
        ('failover = ["gemini:g", "command:sh"]\n', "failover"),
        ('librarian_providers = ["command:sh"]\n', "librarian_providers"),
        ('[shards.docs]\nprovider = "command:sh"\n', "shards.docs.provider"),
        ('[shards.docs]\nfailover = ["python:a:b"]\n', "shards.docs.failover"),
    ],
)
def test_a_program_that_a_folders_own_file_names_needs_trust(tmp_path: Path, own: str, setting: str) -> None:
    wish = next(wish for wish in wishes(configured(tmp_path, own=own)) if wish.does.startswith("runs "))
    assert wish.setting == setting
    assert "gemini" not in wish.does


def test_a_vendor_that_a_folders_own_file_fails_over_to_needs_trust_apart_from_a_program(tmp_path: Path) -> None:
    found = wishes(configured(tmp_path, own='failover = ["gemini:g", "extractive", "command:sh"]\n'))
    assert [(wish.setting, wish.does.split()[0]) for wish in found] == [("failover", "runs"), ("failover", "sends")]
    assert "extractive" not in found[1].does


def test_the_users_own_file_may_name_one(tmp_path: Path) -> None:
    found = provider(configured(tmp_path, user='provider = "command:sh -c true"\n'))
    assert (found.name, found.model) == ("command", "sh")
