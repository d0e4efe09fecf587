"""Bytes on the line from servers of the other vendors, through their real SDKs: an answer, or an error with what, why and fix."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simulator_gemini.server as google
import simulator_openai.server as openai
from conformance_provider import request
from hypothesis import given
from hypothesis import strategies as st
from simulator.background import serving_in_background
from simulator.faults import Raw

from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Event, Provider
from ifmem.providers.gemini import Gemini
from ifmem.providers.numbered_settings import ServerSettings
from ifmem.providers.openai_compatible import OpenAICompatible
from ifmem.providers.spending import Unlimited

from .outside import fuzzed, json_like, spliced

FIELDS = [
    *("choices", "delta", "content", "refusal", "finish_reason", "index", "usage", "prompt_tokens", "total_tokens"),
    *("candidates", "parts", "text", "thought", "finishReason", "usageMetadata", "promptTokenCount", "error", "code"),
    *("message", "status", "details", "promptFeedback", "blockReason", "id", "object", "model"),
]
WORDS = ["stop", "STOP", "SAFETY", "He counts.", "[a.md:1]", "chat.completion.chunk", "RESOURCE_EXHAUSTED"]
PIECES = [
    *("data: ", "data:", "\n\n", "\n", "\r\n", "[DONE]", "event: error\n", ": ping\n", "null", "[]", "{", "\x00"),
    '{"choices": [{"index": 0, "delta": {"content": "He counts."}}]}',
    '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}',
    '{"candidates": [{"content": {"parts": [{"text": "He counts."}]}, "finishReason": "STOP"}]}',
    '{"usageMetadata": {"promptTokenCount": "many"}}',
    '{"error": {"code": 429, "message": "later"}}',
]
EVENTS = st.lists(st.dictionaries(st.sampled_from(FIELDS), json_like(FIELDS, WORDS), max_size=5), max_size=4).map(
    lambda events: "".join(f"data: {json.dumps(event)}\n\n" for event in events)
)
BODIES = st.one_of(
    st.binary(max_size=80), st.one_of(EVENTS, spliced(PIECES, 20)).map(lambda text: text.encode(errors="replace"))
)
KINDS = ["text/event-stream", "application/json", "text/html", ""]
Make = Callable[[str], Provider]


async def at_once(_: float) -> None:
    """A pause that takes no time."""


def chat(url: str) -> Provider:
    return OpenAICompatible(openai.KEY, ServerSettings("gpt-simulated", f"{url}/v1"), Unlimited(), sleep=at_once)


def gemini(url: str) -> Provider:
    return Gemini(google.KEY, ServerSettings("gemini-simulated", url), Unlimited(), sleep=at_once)


@pytest.fixture(scope="module", params=[(openai.Server, chat), (google.Server, gemini)], ids=["openai", "gemini"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str, Make]]:
    kind, make = request.param
    server = kind()
    with serving_in_background(server) as url:
        yield server, url, make


async def heard(provider: Provider) -> list[Event]:
    try:
        return [event async for event in provider.answer(request(deadline_s=5.0))]
    finally:
        await provider.close()


@fuzzed
@given(BODIES, st.sampled_from([200, 200, 200, 400, 401, 404, 429, 500, 302]), st.sampled_from(KINDS))
def test_whatever_a_server_sends(served: tuple[Any, str, Make], body: bytes, status: int, kind: str) -> None:
    server, url, make = served
    server.faults[:] = [Raw(body, status, {"content-type": kind})] * 8
    with contextlib.suppress(IfmemError):
        events = asyncio.run(heard(make(url)))
        assert isinstance(events[-1], Done)
