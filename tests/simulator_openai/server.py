"""The server: checks a request, applies its prefix cache and faults, streams a reply and keeps the bill."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from numbered_model import Speech, answer
from simulator.faults import CutShort, ErrorMidStream, Hang, Lost, Raw
from simulator.loopback import HttpReply, HttpRequest

from simulator_openai.requests import Asked, Refusal, read_request

KEY = "sk-simulated-openai-0123456789"
MODELS = {"gpt-simulated": 400_000, "gpt-simulated-mini": 2_000, "deepseek-simulated": 1_000_000}
CACHED_FROM = 1024  # tokens of a prompt
CHARACTERS = 3  # of a token
STEP = 128  # tokens: what is found in the cache is a multiple of it

Fault = Refusal | Hang | ErrorMidStream | CutShort | Lost | Raw | Speech


@dataclass(frozen=True)
class Bill:
    """What one reply used, by this server's account."""

    prompt: int
    cached: int
    output: int


@dataclass
class Server:
    """`usage` is how it tells what was used: as `openai`, `deepseek`, `plain` (no word on its cache) or "" (not at all). `writes` are
    the tokens of each prompt that it bills as written to its cache. `reads` is how many tokens of a prompt it reads, silently the last."""

    usage: str = "openai"
    writes: int = 0
    reads: int = 1_000_000
    key: str = KEY
    faults: list[Fault] = field(default_factory=list)
    forbidden: frozenset[str] = frozenset()
    speak: Callable[[Asked], Speech] = lambda asked: Speech(answer(asked.read, asked.question))
    requests: list[HttpRequest] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    _seen: list[str] = field(default_factory=list)

    async def handle(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        try:
            return await self._route(request)
        except Refusal as refusal:
            return refusal.reply()

    async def _route(self, request: HttpRequest) -> HttpReply:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refusal(401, "Incorrect API key provided.", "invalid_api_key")
        if (request.method, request.path) == ("GET", "/v1/models"):
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "simulator"} for name in MODELS]
            return HttpReply(200, json.dumps({"object": "list", "data": data}).encode())
        if (request.method, request.path) == ("POST", "/v1/chat/completions"):
            return await self._complete(request)
        return HttpReply(404, b'{"detail":"Not Found"}')

    async def _complete(self, request: HttpRequest) -> HttpReply:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Refusal):
            raise fault
        if isinstance(fault, Raw):
            return HttpReply(fault.status, fault.body, fault.headers)
        asked = read_request(request.body).cut(self.reads * CHARACTERS)
        if asked.model not in MODELS:
            raise Refusal(404, f"The model `{asked.model}` does not exist.", "model_not_found")
        if asked.model in self.forbidden:
            raise Refusal(403, f"Project does not have access to model `{asked.model}`", "model_not_found")
        if (prompt := _tokens(asked.prompt)) > MODELS[asked.model]:
            said = f"This model's maximum context length is {MODELS[asked.model]} tokens, you sent {prompt}."
            raise Refusal(400, said, "context_length_exceeded")
        if isinstance(fault, Hang):
            await (fault.until or asyncio.Event()).wait()
        speech = fault if isinstance(fault, Speech) else self.speak(asked)
        bill = Bill(prompt, self._cached(asked.prompt), _tokens(speech.text + speech.refusal))
        self.bills.append(bill)
        chunks = _chunks(asked, speech, self._usage(bill) if asked.wants_usage else None)
        return HttpReply(200, _events(chunks, fault), {"content-type": "text/event-stream"})

    def _cached(self, prompt: str) -> int:
        """The tokens of the longest beginning that an earlier prompt had too."""
        common = max((_common(prompt, seen) for seen in self._seen), default=0)
        self._seen.append(prompt)
        tokens = common // CHARACTERS // STEP * STEP
        return tokens if tokens >= CACHED_FROM else 0

    def _usage(self, bill: Bill) -> dict[str, Any] | None:
        told: dict[str, Any] = {
            "prompt_tokens": bill.prompt,
            "completion_tokens": bill.output,
            "total_tokens": bill.prompt + bill.output,
        }
        if self.usage == "openai":
            told["prompt_tokens_details"] = {
                "cached_tokens": bill.cached,
                "cache_write_tokens": self.writes,
                "audio_tokens": 0,
            }
            told["completion_tokens_details"] = {"reasoning_tokens": 0}
        elif self.usage == "deepseek":
            told["prompt_cache_hit_tokens"] = bill.cached
            told["prompt_cache_miss_tokens"] = bill.prompt - bill.cached
        return told if self.usage else None


def _chunks(asked: Asked, speech: Speech, usage: dict[str, Any] | None) -> list[dict[str, Any]]:
    head = {"id": "chatcmpl-simulated", "object": "chat.completion.chunk", "created": 0, "model": asked.model}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "moon_phase": "full"}]
    if speech.thinks:
        deltas.append({"content": None, "reasoning_content": "Let me see [nowhere.md:1]."})
    deltas += [{"content": piece} for piece in speech.pieces]
    if speech.refusal:
        deltas.append({"refusal": speech.refusal})
    chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": speech.reason}]})
    return chunks if usage is None else [*chunks, {**head, "choices": [], "usage": usage}]


async def _events(chunks: list[dict[str, Any]], fault: Fault | None) -> AsyncIterator[bytes]:
    """The chunks as events. A fault of the stream strikes after as many pieces of text as it says."""
    yield b": welcome\n\n"
    for at, chunk in enumerate(chunks):
        if isinstance(fault, CutShort | Lost | ErrorMidStream) and at > fault.after:
            if isinstance(fault, Lost):
                raise ConnectionError
            if isinstance(fault, ErrorMidStream):
                yield b'data: {"error": {"message": "simulated error in mid-stream", "type": "server_error"}}\n\n'
            return
        yield f"data: {json.dumps(chunk)}\n\n".encode()
        await asyncio.sleep(0)
    yield b"data: [DONE]\n\n"


def _tokens(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS)


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
