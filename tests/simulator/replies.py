"""A reply as bytes: one JSON message, or the events of a stream, whole or broken off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from simulator.faults import CutShort, ErrorMidStream, Fault, Lost
from simulator.reading import Spoken
from simulator.refusals import error_body

PIECE = 24  # characters of a text delta
THINKING = {"type": "thinking", "thinking": "", "signature": "simulated"}


def message(model: str, spoken: Spoken, usage: dict[str, Any]) -> dict[str, Any]:
    """The body of a reply that is not streamed."""
    content = [{"type": "text", "text": text, "citations": list(cites) or None} for text, cites in spoken.pieces]
    return {
        **_opening(model, usage),
        "content": [THINKING] * spoken.thinking + content + [*spoken.extra_blocks],
        "stop_reason": spoken.stop_reason,
        "stop_details": spoken.stop_details,
    }


async def stream(model: str, spoken: Spoken, usage: dict[str, Any], fault: Fault | None) -> AsyncIterator[bytes]:
    """The events of a streamed reply. A fault of the stream strikes after as many text deltas as it says."""
    deltas = 0
    for event in _events(model, spoken, usage):
        if deltas and isinstance(fault, CutShort | Lost | ErrorMidStream) and deltas >= fault.after:
            if isinstance(fault, Lost):
                raise ConnectionError
            if isinstance(fault, ErrorMidStream):
                yield _sse(error_body(fault.kind, "simulated error in mid-stream"))
            return
        yield _sse(event)
        deltas += event["type"] == "content_block_delta"
        await asyncio.sleep(0)


def _events(model: str, spoken: Spoken, usage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**_opening(model, usage), "usage": {**usage, "output_tokens": 1}}}
    yield {"type": "ping"}
    index = 0
    for block in ([THINKING] if spoken.thinking else []) + [*spoken.extra_blocks]:
        yield {"type": "content_block_start", "index": index, "content_block": block}
        yield {"type": "content_block_stop", "index": index}
        index += 1
    for text, citations in spoken.pieces:
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        for at in range(0, len(text), PIECE):
            yield _delta(index, {"type": "text_delta", "text": text[at : at + PIECE]})
        for citation in citations:
            yield _delta(index, {"type": "citations_delta", "citation": citation})
        yield {"type": "content_block_stop", "index": index}
        index += 1
    delta = {"stop_reason": spoken.stop_reason, "stop_sequence": None, "stop_details": spoken.stop_details}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": usage["output_tokens"]}}
    yield {"type": "message_stop"}


def _opening(model: str, usage: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_simulated",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _delta(index: int, delta: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _sse(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
