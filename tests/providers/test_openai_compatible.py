"""The adapter of chat completions against a simulated server: real SDK, real HTTP on loopback, no key of anyone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conformance_provider import done_of, text_of
from numbered_contract import PAGE, Asker, NumberedContract, asked
from numbered_model import Speech
from simulator.background import serving_in_background
from simulator_openai.requests import OPENAI as KNOWN_AT_OPENAI
from simulator_openai.requests import Refusal, read_request
from simulator_openai.server import KEY, Server

from ifmem.core.findings import Usage
from ifmem.core.prices import Rates
from ifmem.errors import Exit, IfmemError
from ifmem.providers.contract import Provider
from ifmem.providers.numbered_prompt import lay_out
from ifmem.providers.numbered_settings import ServerSettings
from ifmem.providers.openai_compatible import OPENAI, OpenAICompatible, fields_of


def make(
    *, purse: Any, sleep: Any, base_url: str, key: str = KEY, model: str = "gpt-simulated", **more: Any
) -> Provider:
    url = base_url if base_url.endswith("/v1") else f"{base_url}/v1"
    return OpenAICompatible(key, ServerSettings(model, url, **more), purse, sleep=sleep)


@pytest.fixture
def asker() -> Iterator[Asker]:
    server = Server()
    with serving_in_background(server) as url:
        yield Asker(server, url, make, Refusal)


class TestContract(NumberedContract):
    key = KEY
    variable = "OPENAI_API_KEY"

    @pytest.fixture
    def asker(self, asker: Asker) -> Asker:
        return asker


@pytest.mark.parametrize("vendor", ["openai", "deepseek"])
def test_cached_tokens_are_told_apart_from_plain_ones(asker: Asker, vendor: str) -> None:
    asker.server.usage = vendor
    first, second = (done_of(events) for events in asker.ask(asked(), asked("What does the ledger say of boats?")))
    bill = asker.server.bills[1]
    assert (first.usage.cache_read, first.pages[0].cache, second.pages[0].cache) == (0, "cold", "warm")
    assert second.usage == Usage(bill.prompt - bill.cached, 0, bill.cached, bill.output)
    assert bill.cached > 1_000


def test_tokens_written_to_the_cache_are_told(asker: Asker) -> None:
    asker.server.usage = "openai"
    asker.server.writes = 200
    done = done_of(asker.ask_one())
    bill = asker.server.bills[0]
    assert done.usage == Usage(bill.prompt - 200, 200, 0, bill.output)


def test_a_server_that_says_nothing_of_a_cache_is_read(asker: Asker) -> None:
    asker.server.usage = "plain"
    done = done_of(asker.ask_one())
    assert (done.usage.input, done.pages[0].cache) == (asker.server.bills[0].prompt, "none")


def test_a_price_of_ones_own_is_counted(asker: Asker) -> None:
    provider = asker.provider(rates=Rates(1.0, 4.0, 1.0, 1.0, 0.1))
    done = done_of(asker.ask(asked(), provider=provider)[0])
    assert done.cost_usd == pytest.approx((done.usage.input * 1.0 + done.usage.output * 4.0) / 1e6)


def test_what_a_model_thinks_is_not_said(asker: Asker) -> None:
    events = asker.ask_one(Speech("The keeper [harbour/keeper.md:3].", thinks=True))
    assert (text_of(events), done_of(events).found) == ("The keeper.", True)


def test_a_refusal_in_a_field_of_its_own_is_shown(asker: Asker) -> None:
    events = asker.ask_one(Speech("", refusal="I cannot help with that."))
    assert (text_of(events), done_of(events).stop) == ("I cannot help with that.", "refused")


def test_a_filtered_reply_is_a_refusal(asker: Asker) -> None:
    events = asker.ask_one(Speech("", "content_filter"))
    assert "refused to answer (content_filter)" in text_of(events)


def test_waits_as_long_as_the_server_asks_for(asker: Asker) -> None:
    assert done_of(asker.ask_one(Refusal(429, "slow down", headers={"retry-after": "7"}))).found
    assert asker.slept == [7.0]


@pytest.mark.parametrize(("status", "code"), [(402, ""), (429, "insufficient_quota")])
def test_credit_that_is_used_up_is_not_waited_for(asker: Asker, status: int, code: str) -> None:
    with pytest.raises(IfmemError, match="used up"):
        asker.ask_one(Refusal(status, "You exceeded your current quota", code))
    assert asker.slept == []


def test_a_page_that_is_too_large_is_said_to_be(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="too large for gpt-simulated-mini") as caught:
        asker.ask(asked(), provider=asker.provider(model="gpt-simulated-mini"))
    assert "page_tokens" in caught.value.fix


def test_a_misspelt_model_names_the_nearest_that_the_server_has(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="gtp-simulated") as caught:
        asker.ask(asked(), provider=asker.provider(model="gtp-simulated"))
    assert "gpt-simulated" in caught.value.fix


def test_a_wrong_key_is_refused(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="refused the key") as caught:
        asker.ask(asked(), provider=asker.provider(key="sk-wrong"))
    assert caught.value.exit_code == Exit.CREDENTIALS


def test_a_server_of_ones_own_needs_no_key(asker: Asker) -> None:
    asker.server.key = ""
    assert done_of(asker.ask(asked(), provider=asker.provider(key=""))[0]).found


def test_no_model_is_refused_before_a_call() -> None:
    with pytest.raises(IfmemError, match="no model"):
        ServerSettings("", OPENAI)


def test_openai_itself_is_sent_what_only_it_knows() -> None:
    prompt = lay_out(asked(), PAGE, [], "Who?")
    fields = fields_of(prompt, ServerSettings("gpt-simulated", OPENAI, effort="low"))
    assert read_request(json.dumps({**fields, "stream": True}).encode(), KNOWN_AT_OPENAI).question == "Who?"
    assert fields["prompt_cache_key"] == f"ifmem-{PAGE.digest[:32]}"
    assert fields["reasoning_effort"] == "low"


def test_a_server_that_cuts_a_page_without_a_word_is_found_out(asker: Asker) -> None:
    asker.server.reads = 500
    with pytest.raises(IfmemError, match="cut what it was sent") as caught:
        asker.ask_one(question="What does Day 7 of the ledger say of whales?")
    assert "OLLAMA_CONTEXT_LENGTH" in caught.value.fix


def test_what_is_found_in_the_rest_is_shown_as_truncated(asker: Asker) -> None:
    asker.server.reads = 500
    done = done_of(asker.ask_one())
    assert (done.found, done.stop) == (True, "truncated")
