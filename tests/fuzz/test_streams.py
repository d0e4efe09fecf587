"""Bytes on the line, through the real SDK of the vendor: an answer, or an error with what, why and fix."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
from conformance_provider import request
from hypothesis import example, given
from hypothesis import strategies as st
from simulator.background import serving_in_background
from simulator.faults import Raw
from simulator.vendor import KEY, Vendor

from ifmem.errors import IfmemError
from ifmem.providers.anthropic import Anthropic
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.contract import Done, Event
from ifmem.providers.spending import Unlimited

from .outside import fuzzed, spliced

PIECES = [
    *(
        "event: ",
        "data: ",
        "\n\n",
        "\n",
        "\r\n",
        "message_start",
        "content_block_delta",
        "message_delta",
        "message_stop",
        "ping",
        "error",
    ),
    *(
        '{"type": "message_start", "message": {"usage": {"input_tokens": 3}}}',
        '{"type": "message_start"}',
        '{"type": "error"}',
    ),
    *(
        '{"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}',
        '{"type": []}',
        "null",
        "[]",
    ),
    *(
        '{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "He counts."}}',
        '{"type": "ping"}',
    ),
    *(
        '{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": "many"}}',
        "\x00",
        "[DONE]",
    ),
    '{"type": "content_block_delta", "index": 9, "delta": {"type": "citations_delta", "citation": {"document_index": -1}}}',
]
KINDS = ["text/event-stream", "application/json", "text/html", ""]


@pytest.fixture(scope="module")
def vendor() -> Iterator[tuple[Vendor, str]]:
    served = Vendor()
    with serving_in_background(served) as url:
        yield served, url


async def at_once(_: float) -> None:
    """A pause that takes no time."""


async def heard(url: str) -> list[Event]:
    provider = Anthropic(KEY, Settings(base_url=url), Unlimited(), sleep=at_once)
    try:
        return [event async for event in provider.answer(request(deadline_s=5.0))]
    finally:
        await provider.close()


@fuzzed
@example(b'event: message_start\ndata: {"type": "message_start"}\n\n', 200, "text/event-stream")
@given(
    st.one_of(st.binary(max_size=80), spliced(PIECES, 24).map(lambda text: text.encode(errors="replace"))),
    st.sampled_from([200, 200, 200, 400, 404, 429, 500, 529, 302]),
    st.sampled_from(KINDS),
)
def test_whatever_a_server_sends(vendor: tuple[Vendor, str], body: bytes, status: int, kind: str) -> None:
    served, url = vendor
    served.faults[:] = [Raw(body, status, {"content-type": kind})] * 8
    with contextlib.suppress(IfmemError):
        events = asyncio.run(heard(url))
        assert isinstance(events[-1], Done)
