"""The server: checks a request, applies its implicit cache, explicit caches and faults, streams a reply and keeps the bill."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from numbered_model import Speech, answer
from simulator.faults import CutShort, ErrorMidStream, Hang, Lost, Raw
from simulator.loopback import HttpReply, HttpRequest

from simulator_gemini.caches import Caches, texts
from simulator_gemini.refusal import Refusal, demand, tokens

KEY = "AIza-simulated-0123456789"
MODELS = {"gemini-3.8-flash": 1_048_576, "gemini-simulated": 1_048_576, "gemini-simulated-small": 2_000}
CACHED_FROM = 1024  # tokens of a prompt
FIELDS = {"contents", "systemInstruction", "generationConfig", "cachedContent"}
CONFIG = {"maxOutputTokens", "thinkingConfig"}
_STREAM = re.compile(r"/v1/models/(?P<model>[^/:]+):streamGenerateContent\?alt=sse")
Fault = Refusal | Hang | ErrorMidStream | CutShort | Lost | Raw | Speech


@dataclass(frozen=True)
class Bill:
    """What one reply used, by this server's account."""

    prompt: int
    cached: int
    output: int


@dataclass(frozen=True)
class Asked:
    prompt: str
    read: tuple[str, ...]
    question: str
    cached: int  # tokens of an explicit cache


@dataclass
class Server:
    """`tells_usage`: it says what was used with every piece of a reply. `remembers`: its implicit cache works, as nobody has promised."""

    tells_usage: bool = True
    remembers: bool = True
    caches: Caches = field(default_factory=Caches)
    faults: list[Fault] = field(default_factory=list)
    forbidden: frozenset[str] = frozenset()
    speak: Callable[[Asked], Speech] = lambda asked: Speech(answer(asked.read, asked.question), "STOP")
    requests: list[HttpRequest] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    _seen: list[str] = field(default_factory=list)

    async def handle(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        try:
            return await self._route(request)
        except Refusal as refusal:
            return HttpReply(refusal.status, json.dumps(refusal.body()).encode())

    async def _route(self, request: HttpRequest) -> HttpReply:
        if request.headers.get("x-goog-api-key") != KEY:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            raise Refusal(400, "API key not valid. Please pass a valid API key.", [reason])
        if request.method == "GET" and request.path.startswith("/v1/models"):
            return HttpReply(200, json.dumps({"models": [{"name": f"models/{name}"} for name in MODELS]}).encode())
        if request.method == "POST" and (found := _STREAM.fullmatch(request.path)):
            return await self._generate(request, found["model"])
        if reply := self.caches.handle(request):
            return reply
        return HttpReply(404, b"<html>Not here</html>", {"content-type": "text/html"})

    async def _generate(self, request: HttpRequest, model: str) -> HttpReply:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Refusal):
            raise fault
        if isinstance(fault, Raw):
            return HttpReply(fault.status, fault.body, fault.headers)
        asked = _read_request(request.body, self.caches, model)
        if model not in MODELS:
            raise Refusal(404, f"models/{model} is not found for API version v1")
        if model in self.forbidden:
            raise Refusal(403, "Your project has been denied access.")
        if (prompt := tokens(asked.prompt)) > MODELS[model]:
            said = f"The input token count ({prompt}) exceeds the maximum number of tokens allowed ({MODELS[model]})."
            raise Refusal(400, said)
        if isinstance(fault, Hang):
            await (fault.until or asyncio.Event()).wait()
        speech = fault if isinstance(fault, Speech) else self.speak(asked)
        bill = Bill(prompt, asked.cached or self._cached(asked.prompt), tokens(speech.text) + 20 * speech.thinks)
        self.bills.append(bill)
        usage = _usage(bill, speech) if self.tells_usage else {}
        return HttpReply(200, _events(_chunks(speech, usage), fault), {"content-type": "text/event-stream"})

    def _cached(self, prompt: str) -> int:
        """The tokens of the longest beginning that an earlier prompt had too."""
        common = max((_common(prompt, seen) for seen in self._seen), default=0)
        self._seen += [prompt] if self.remembers else []
        return common // 3 if common // 3 >= CACHED_FROM else 0


def _read_request(body: bytes, caches: Caches, model: str) -> Asked:
    fields = json.loads(body)
    demand(fields.keys() <= FIELDS, f"Unknown name: {fields.keys() - FIELDS}")
    config = fields.get("generationConfig", {})
    demand(config.keys() <= CONFIG, f"Unknown name: {config.keys() - CONFIG}")
    demand(0 < config.get("maxOutputTokens", 1) <= 65_536, "max_output_tokens must be from 1 to 65536")
    contents = fields.get("contents") or []
    roles = [content.get("role") for content in contents]
    demand(
        bool(roles) and roles == (["user", "model"] * len(roles))[: len(roles)], "Please use a valid role: user, model."
    )
    demand(roles[-1] == "user", "the last turn must be the user's")
    cached = caches.named(fields["cachedContent"]) if "cachedContent" in fields else None
    demand(
        not (cached and "systemInstruction" in fields),
        "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.",
    )
    demand(
        not cached or cached.model == model,
        "Model used by GenerateContent request and CachedContent has to be the same.",
    )
    told = [*(cached.told if cached else ()), *texts(fields.get("systemInstruction", {"parts": []}))]
    said = [texts(content) for content in contents]
    said[0] = [*(cached.read if cached else ()), *said[0]]
    asked = [text for role, texts_of in zip(roles, said, strict=True) if role == "user" for text in texts_of]
    return Asked(
        "\n".join([*told, *(text for texts_of in said for text in texts_of)]),
        tuple(asked[:-1]),
        asked[-1].removeprefix("Question: "),
        cached.tokens if cached else 0,
    )


def _usage(bill: Bill, speech: Speech) -> dict[str, Any]:
    thoughts = 20 * speech.thinks
    return {
        "promptTokenCount": bill.prompt,
        "candidatesTokenCount": bill.output - thoughts,
        "totalTokenCount": bill.prompt + bill.output,
        **({"cachedContentTokenCount": bill.cached} if bill.cached else {}),
        **({"thoughtsTokenCount": thoughts} if thoughts else {}),
    }


def _chunks(speech: Speech, usage: dict[str, Any]) -> list[dict[str, Any]]:
    more = {"modelVersion": "simulated", "responseId": "r", **({"usageMetadata": usage} if usage else {})}
    if speech.refusal:
        return [{"promptFeedback": {"blockReason": speech.refusal}, **more}]
    parts = [{"text": "Let me see [nowhere.md:1].", "thought": True}] if speech.thinks else []
    parts += [{"text": piece} for piece in speech.pieces]
    resumed = {"continuationToken": "c2ltdWxhdGVk"}  # an SDK could go on from here by itself, unasked
    contents = [{"content": {"role": "model", "parts": [part]}, "index": 0, **resumed} for part in parts]
    chunks: list[dict[str, Any]] = [{"candidates": [content], **more} for content in contents]
    return [*chunks, {"candidates": [{"finishReason": speech.reason, "index": 0}], **more}]


async def _events(chunks: list[dict[str, Any]], fault: Fault | None) -> AsyncIterator[bytes]:
    """The chunks as events. A fault of the stream strikes after as many pieces as it says."""
    for at, chunk in enumerate(chunks):
        if isinstance(fault, CutShort | Lost | ErrorMidStream) and at >= fault.after:
            if isinstance(fault, Lost):
                raise ConnectionError
            if isinstance(fault, ErrorMidStream):
                yield f"data: {json.dumps(Refusal(503, 'The model is overloaded.').body())}\r\n\r\n".encode()
            return
        yield f"data: {json.dumps(chunk)}\r\n\r\n".encode()
        await asyncio.sleep(0)


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
