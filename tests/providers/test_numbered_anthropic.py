"""The Messages API of servers that are not Anthropic's, against a simulated one: real SDK, real HTTP on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conformance_provider import done_of, text_of
from numbered_contract import Asker, NumberedContract, asked
from numbered_model import Speech
from simulator.background import serving_in_background
from simulator_compatible.server import Refusal, Server

from ifmem.core.prices import Rates
from ifmem.providers.anthropic_settings import VENDOR, Settings
from ifmem.providers.contract import Provider
from ifmem.providers.numbered_anthropic import NumberedAnthropic, is_numbered
from ifmem.providers.numbered_settings import ServerSettings

KEY = "sk-simulated-compatible"


def make(*, purse: Any, sleep: Any, base_url: str, rates: Rates | None = None) -> Provider:
    settings = Settings("llama-simulated", base_url=base_url)
    return NumberedAnthropic(KEY, settings, ServerSettings(settings.model, base_url, rates=rates), purse, sleep=sleep)


@pytest.fixture
def asker() -> Iterator[Asker]:
    server = Server()
    with serving_in_background(server) as url:
        yield Asker(server, url, make, Refusal)


class TestContract(NumberedContract):
    ends = "end_turn"
    truncates = "max_tokens"
    key = KEY
    variable = "ANTHROPIC_API_KEY"

    @pytest.fixture(params=[False, True], ids=["refuses what is no text", "drops what is no text"])
    def asker(self, asker: Asker, request: pytest.FixtureRequest) -> Asker:
        asker.server.drops = request.param
        return asker


def test_nothing_is_sent_but_text(asker: Asker) -> None:
    asker.ask_one()
    [body] = asker.prompts()
    assert {block["type"] for message in json.loads(body)["messages"] for block in message["content"]} == {"text"}
    assert b"cache_control" not in body
    assert [one.path for one in asker.server.requests] == ["/v1/messages"]


def test_the_key_is_sent_in_both_headers_that_servers_look_for(asker: Asker) -> None:
    asker.ask_one()
    headers = asker.server.requests[0].headers
    assert (headers["authorization"], headers["x-api-key"]) == (f"Bearer {KEY}", KEY)


def test_usage_without_fields_of_a_cache_is_counted(asker: Asker) -> None:
    done = done_of(asker.ask_one())
    assert done.usage.input > 1_000
    assert (done.usage.cache_read, done.pages[0].cache, done.cost_usd) == (0, "none", None)


def test_usage_with_fields_of_a_cache_tells_what_it_did(asker: Asker) -> None:
    asker.server.usage = "input_tokens output_tokens cache_read_input_tokens cache_creation_input_tokens"
    assert done_of(asker.ask_one()).pages[0].cache == "cold"


def test_a_price_of_ones_own_is_counted(asker: Asker) -> None:
    provider = asker.provider(rates=Rates(1.0, 4.0, 1.0, 1.0, 0.1))
    done = done_of(asker.ask(asked(), provider=provider)[0])
    assert done.cost_usd == pytest.approx((done.usage.input + done.usage.output * 4.0) / 1e6)


def test_a_refusal_is_named(asker: Asker) -> None:
    events = asker.ask_one(Speech("", "refusal"))
    assert (done_of(events).stop, "refused to answer" in text_of(events)) == ("refused", True)


@pytest.mark.parametrize(
    ("citations", "base_url", "numbered"),
    [
        ("auto", "", False),
        ("auto", VENDOR, False),
        ("auto", "http://localhost:11434", True),
        ("native", "http://localhost:4000", False),
        ("numbered", "", True),
    ],
)
def test_lines_are_numbered_where_no_documents_are_known(citations: str, base_url: str, numbered: bool) -> None:
    assert is_numbered(citations, base_url) == numbered
