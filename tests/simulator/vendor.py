"""The vendor: takes requests, applies the cache rules, limits and faults, and keeps a bill of every request it served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from ifmem.core.cache_rules import Cache, Outcome, look_up, settle
from ifmem.core.findings import Usage
from ifmem.core.prices import MODELS, cost_usd, model_named
from simulator.asked import Asked, read_request
from simulator.catalogue import listed, model_info, tokens_of, window
from simulator.faults import Fault, Hang, Raw
from simulator.loopback import HttpReply, HttpRequest, listening
from simulator.reading import Spoken, read
from simulator.refusals import Refused, demand
from simulator.replies import message, stream

KEY = "sk-simulated-0123456789"
VERSIONS = ("2023-06-01", "2026-10-21")
LARGEST = 32 * 1024 * 1024
EPOCH = datetime(2026, 11, 21, tzinfo=UTC)  # what this clock calls 0


@dataclass(frozen=True)
class Bill:
    """What one request cost, by this vendor's account."""

    model: str
    usage: Usage
    prompt_tokens: int
    cost_usd: float


@dataclass
class Vendor:
    """State of the simulated vendor; times are seconds of its own clock, which only the test moves."""

    now: float = 0.0
    input_tokens_per_minute: int | None = None
    faults: list[Fault] = field(default_factory=list)
    speak: Callable[[Asked], Spoken] = read
    forbidden: frozenset[str] = frozenset()  # models the key has no access to
    cache: Cache = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)
    _owed: float = 0.0  # input tokens that the limit has not refilled yet, at this time
    _owed_at: float = 0.0

    async def handle(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        try:
            _check_headers(request)
            return await self._route(request)
        except Refused as refused:
            return refused.reply()

    async def _route(self, request: HttpRequest) -> HttpReply:
        path = request.path.partition("?")[0]
        if request.method == "GET" and path == "/v1/models":
            return _json({"data": listed(), "has_more": False, "first_id": None, "last_id": None})
        if request.method == "GET" and path.startswith("/v1/models/"):
            model = path.removeprefix("/v1/models/")
            if model_named(model) is None:
                raise Refused(404, f"model: {model}")
            return _json(model_info(model))
        if request.method == "POST" and path == "/v1/messages/count_tokens":
            return _json({"input_tokens": read_request(request.body, counting=True).tokens})
        if request.method == "POST" and path == "/v1/messages":
            return await self._answer(request)
        raise Refused(404, "Not found")

    async def _answer(self, request: HttpRequest) -> HttpReply:
        fault = self.faults.pop(0) if self.faults else None
        started = self.now
        if isinstance(fault, Refused):
            raise fault
        if isinstance(fault, Raw):
            return HttpReply(fault.status, fault.body, fault.headers)
        if len(request.body) > LARGEST:
            raise Refused(413, "Request exceeds the maximum size")
        asked = read_request(request.body)
        self._check_access(asked)
        row = MODELS.get(asked.model) or model_named(asked.model)
        assert row is not None
        outcome = look_up(asked.prompt, self.cache, started, row.cache_minimum)
        self._count_rate(outcome.input + outcome.written)
        if isinstance(fault, Hang):
            await (fault.until or asyncio.Event()).wait()
        spoken = fault if isinstance(fault, Spoken) else self.speak(asked)
        self.cache = settle(self.cache, outcome, self.now)
        return self._reply(asked, spoken, outcome, fault)

    def _check_access(self, asked: Asked) -> None:
        if asked.model in self.forbidden:
            raise Refused(403, f"Your API key does not have access to {asked.model}")
        most = window(asked.model)[0]
        demand(asked.tokens <= most, f"prompt is too long: {asked.tokens} tokens > {most} maximum")

    def _count_rate(self, tokens: int) -> None:
        """A bucket of a minute's tokens that refills evenly; cache reads are free."""
        limit = self.input_tokens_per_minute
        if limit is None:
            return
        self._owed = max(0.0, self._owed - (self.now - self._owed_at) * limit / 60)
        self._owed_at = self.now
        if self._owed + tokens > limit:
            wait = max(1, math.ceil((self._owed + tokens - limit) * 60 / limit))
            headers = {"retry-after": str(wait), **self._rate_headers()}
            raise Refused(429, "This request would exceed the rate limit of input tokens per minute", headers)
        self._owed += tokens

    def _rate_headers(self) -> dict[str, str]:
        limit = self.input_tokens_per_minute
        if limit is None:
            return {}
        now = EPOCH + timedelta(seconds=self.now)
        full = now + timedelta(seconds=self._owed * 60 / limit)
        said = {"limit": limit, "remaining": int(limit - self._owed), "reset": full.isoformat().replace("+00:00", "Z")}
        limits = {f"anthropic-ratelimit-input-tokens-{name}": str(value) for name, value in said.items()}
        return {"date": format_datetime(now, usegmt=True), **limits}

    def _reply(self, asked: Asked, spoken: Spoken, outcome: Outcome, fault: Fault | None) -> HttpReply:
        whole = tokens_of(spoken.text, asked.model) + 20 * spoken.thinking
        output = min(whole, asked.max_tokens)
        usage = Usage(outcome.input, outcome.written, outcome.read, output)
        self.bills.append(Bill(asked.model, usage, outcome.prompt_tokens, _cost(asked.model, outcome, output)))
        said = Spoken((), "max_tokens") if output < whole else spoken  # cut off before it has said a word
        if not asked.stream:
            return _json(message(asked.model, said, _usage(outcome, output)), self._rate_headers())
        events = stream(asked.model, said, _usage(outcome, output), fault)
        headers = {"content-type": "text/event-stream", "request-id": "req_simulated", **self._rate_headers()}
        return HttpReply(200, events, headers)


@contextlib.asynccontextmanager
async def serving(vendor: Vendor) -> AsyncIterator[str]:
    """The vendor on loopback; gives its base URL."""
    async with listening(vendor.handle) as url:
        yield url


def _check_headers(request: HttpRequest) -> None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key", "")
    if key != KEY:
        raise Refused(401, "invalid x-api-key" if key else "authentication credentials are required")
    demand(request.headers.get("anthropic-version") in VERSIONS, "anthropic-version: header is required")
    posted = request.headers.get("content-type", "application/json" if request.method == "GET" else "")
    demand(posted.startswith("application/json"), "content-type: must be application/json")


def _json(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> HttpReply:
    return HttpReply(200, json.dumps(body).encode(), {"request-id": "req_simulated", **(headers or {})})


def _usage(outcome: Outcome, output: int) -> dict[str, Any]:
    return {
        "input_tokens": outcome.input,
        "cache_creation_input_tokens": outcome.written,
        "cache_read_input_tokens": outcome.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": outcome.write_5m,
            "ephemeral_1h_input_tokens": outcome.write_1h,
        },
        "output_tokens": output,
        "service_tier": "standard",
    }


def _cost(model: str, outcome: Outcome, output: int) -> float:
    """Both lives of cache writes, each at its own price."""
    base = Usage(outcome.input, outcome.write_5m, outcome.read, output)
    parts = (
        cost_usd(model, base, outcome.prompt_tokens, "5m"),
        cost_usd(model, Usage(cache_write=outcome.write_1h), outcome.prompt_tokens, "1h"),
    )
    return sum(part or 0.0 for part in parts)
