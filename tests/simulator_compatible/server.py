"""The server. It reads text blocks only, streams, and has neither models nor a count of tokens."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from numbered_model import Speech, answer
from simulator.faults import CutShort, ErrorMidStream, Hang, Lost, Raw
from simulator.loopback import HttpReply, HttpRequest

FIELDS = {"model", "messages", "system", "max_tokens", "stream"}


@dataclass
class Refusal(Exception):
    status: int
    message: str


Fault = Refusal | Hang | ErrorMidStream | CutShort | Lost | Raw | Speech


@dataclass
class Server:
    """`drops` blocks that are no text silently, as llama.cpp does, or refuses them, as vLLM does. `usage` has the names of the counts
    it tells; "" for none."""

    drops: bool = False
    usage: str = "input_tokens output_tokens"
    faults: list[Fault] = field(default_factory=list)
    speak: Callable[[list[str], str], Speech] = lambda read, question: Speech(answer(read, question), "end_turn")
    requests: list[HttpRequest] = field(default_factory=list)

    async def handle(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        try:
            return await self._route(request)
        except Refusal as refused:
            error = {"code": refused.status, "message": refused.message, "type": "invalid_request_error"}
            return HttpReply(refused.status, json.dumps({"error": error}).encode())

    async def _route(self, request: HttpRequest) -> HttpReply:
        if (request.method, request.path) != ("POST", "/v1/messages"):
            return HttpReply(404, b'{"detail":"Not Found"}')
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Refusal):
            raise fault
        if isinstance(fault, Raw):
            return HttpReply(fault.status, fault.body, fault.headers)
        if isinstance(fault, Hang):
            await (fault.until or asyncio.Event()).wait()
        texts = self._read(json.loads(request.body))
        speech = fault if isinstance(fault, Speech) else self.speak(texts[:-1], texts[-1].removeprefix("Question: "))
        counts = {"input_tokens": math.ceil(sum(map(len, texts)) / 3), "output_tokens": math.ceil(len(speech.text) / 3)}
        counts |= {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
        usage = {name: counts[name] for name in self.usage.split()}
        events = _events(speech, {"usage": usage} if usage else {}, fault)
        return HttpReply(200, events, {"content-type": "text/event-stream"})

    def _read(self, fields: dict[str, Any]) -> list[str]:
        """What the model gets to see of the user's turns."""
        _demand(fields.keys() <= FIELDS, f"extra fields: {fields.keys() - FIELDS}")
        _demand(fields.get("max_tokens", 0) > 0, "max_tokens must be greater than 0")
        _demand(isinstance(fields.get("system", ""), str), "system must be a text")
        roles = [message["role"] for message in fields["messages"]]
        _demand(roles == (["user", "assistant"] * len(roles))[: len(roles)], "roles must alternate")
        said = [block for message in fields["messages"] if message["role"] == "user" for block in message["content"]]
        _demand(self.drops or all(set(block) == {"type", "text"} for block in said), "only plain text blocks")
        return [block["text"] for block in said if block["type"] == "text"]


async def _events(speech: Speech, usage: dict[str, Any], fault: Fault | None) -> AsyncIterator[bytes]:
    for at, event in enumerate(_told(speech, usage)):
        if isinstance(fault, CutShort | Lost | ErrorMidStream) and at > fault.after:
            if isinstance(fault, Lost):
                raise ConnectionError
            if isinstance(fault, ErrorMidStream):
                yield b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'
            return
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        await asyncio.sleep(0)


def _told(speech: Speech, usage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = {"id": "m", "type": "message", "role": "assistant", "model": "local", "content": []}
    yield {"type": "message_start", "message": {**head, **usage}}
    yield {"type": "moon_phase", "phase": "full"}
    for piece in speech.pieces:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield {"type": "message_delta", "delta": {"stop_reason": speech.reason, "stop_sequence": None}, **usage}
    yield {"type": "message_stop"}


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise Refusal(400, message)
