"""The Gemini adapter against a simulated server: real SDK, real HTTP on loopback, no key of anyone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conformance_provider import done_of, text_of
from numbered_contract import Asker, NumberedContract, asked
from numbered_model import Speech
from simulator.background import serving_in_background
from simulator_gemini.server import KEY, Refusal, Server

from ifmem.core.findings import Usage
from ifmem.errors import Exit, IfmemError
from ifmem.providers.contract import Provider
from ifmem.providers.gemini import Gemini
from ifmem.providers.numbered_settings import ServerSettings

RETRY = "type.googleapis.com/google.rpc.RetryInfo"
QUOTA = "type.googleapis.com/google.rpc.QuotaFailure"


def make(
    *, purse: Any, sleep: Any, base_url: str, key: str = KEY, model: str = "gemini-simulated", **more: Any
) -> Provider:
    return Gemini(key, ServerSettings(model, base_url, **more), purse, sleep=sleep)


@pytest.fixture
def asker() -> Iterator[Asker]:
    server = Server()
    with serving_in_background(server) as url:
        yield Asker(server, url, make, Refusal)


class TestContract(NumberedContract):
    ends = "STOP"
    truncates = "MAX_TOKENS"
    key = KEY
    variable = "GEMINI_API_KEY"

    @pytest.fixture
    def asker(self, asker: Asker) -> Asker:
        return asker


def test_cached_tokens_and_thoughts_are_counted_in_their_classes(asker: Asker) -> None:
    thinking = Speech("The keeper [harbour/keeper.md:3].", "STOP", thinks=True)
    asker.server.faults = [thinking, thinking]
    first, second = asker.ask(asked(), asked("What does the ledger say of boats?"))
    bill = asker.server.bills[1]
    assert text_of(first) == "The keeper."
    assert (done_of(first).pages[0].cache, done_of(second).pages[0].cache) == ("cold", "warm")
    assert done_of(second).usage == Usage(bill.prompt - bill.cached, 0, bill.cached, bill.output)
    assert bill.cached > 1_000


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT"])
def test_a_filtered_reply_is_a_refusal(asker: Asker, reason: str) -> None:
    events = asker.ask_one(Speech("", reason))
    assert f"refused to answer ({reason.lower()})" in text_of(events)
    assert done_of(events).stop == "refused"


def test_a_blocked_prompt_is_a_refusal(asker: Asker) -> None:
    events = asker.ask_one(Speech("", refusal="PROHIBITED_CONTENT"))
    assert "refused to answer (prohibited_content)" in text_of(events)


def test_waits_as_long_as_the_server_asks_for(asker: Asker) -> None:
    assert done_of(asker.ask_one(Refusal(429, "slow down", [{"@type": RETRY, "retryDelay": "7s"}]))).found
    assert asker.slept == [7.0]


def test_a_quota_of_the_day_is_not_waited_for(asker: Asker) -> None:
    quota = {"@type": QUOTA, "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
    with pytest.raises(IfmemError, match="used up"):
        asker.ask_one(Refusal(429, "You exceeded your current quota", [quota, {"@type": RETRY, "retryDelay": "7s"}]))
    assert asker.slept == []


def test_a_wrong_key_is_refused_although_its_status_is_400(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="refused the key") as caught:
        asker.ask(asked(), provider=asker.provider(key="AIza-wrong"))
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert "GEMINI_API_KEY" in caught.value.fix


def test_a_page_that_is_too_large_is_said_to_be(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="too large for gemini-simulated-small") as caught:
        asker.ask(asked(), provider=asker.provider(model="gemini-simulated-small"))
    assert "page_tokens" in caught.value.fix


def test_a_misspelt_model_names_the_nearest_that_the_server_has(asker: Asker) -> None:
    with pytest.raises(IfmemError, match=r"gemnii-3\.8-flash") as caught:
        asker.ask(asked(), provider=asker.provider(model="gemnii-3.8-flash"))
    assert "gemini-3.8-flash" in caught.value.fix


def test_what_the_environment_says_of_another_platform_does_not_apply(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "AIza-of-somebody-else")
    assert done_of(asker.ask_one()).found


def test_an_effort_is_a_level_of_thinking(asker: Asker) -> None:
    asker.ask(asked(), provider=asker.provider(effort="low"))
    [body] = asker.prompts()
    assert json.loads(body)["generationConfig"]["thinkingConfig"] == {"thinking_level": "LOW"}
