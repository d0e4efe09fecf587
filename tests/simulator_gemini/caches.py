"""Explicit caches: made of instructions and contents, used by name, kept for a time, deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.loopback import HttpReply, HttpRequest

from simulator_gemini.refusal import Refusal, demand, tokens

LEAST = 4096  # tokens
FIELDS = {"model", "contents", "systemInstruction", "ttl", "displayName"}
_TTL = re.compile(r"\d+s")
_PATH = re.compile(r"/v1/(?P<name>cachedContents/[\w-]+)")
FREE_TIER = Refusal(429, "TotalCachedContentStorageTokensPerModelFreeTier limit exceeded: limit=0")


@dataclass(frozen=True)
class Cached:
    model: str
    told: tuple[str, ...]
    read: tuple[str, ...]
    ttl: str

    @property
    def tokens(self) -> int:
        return tokens("\n".join((*self.told, *self.read)))


@dataclass
class Caches:
    """`kept` are there now, `ended` were deleted. `refusal`: none is made."""

    refusal: Refusal | None = None
    kept: dict[str, Cached] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    _made: int = 0

    def handle(self, request: HttpRequest) -> HttpReply | None:
        """The reply; None if the request is not about caches."""
        if request.method == "POST" and request.path == "/v1/cachedContents":
            return _reply(self._make(json.loads(request.body)))
        if not (found := _PATH.fullmatch(request.path)):
            return None
        cached = self.named(found["name"])
        if request.method == "DELETE":
            self.ended.append(found["name"])
            del self.kept[found["name"]]
            return _reply({})
        demand(request.method == "PATCH", "GET is not simulated")
        self.kept[found["name"]] = replace(cached, ttl=_ttl(json.loads(request.body), {"ttl"}))
        self.renewed.append(found["name"])
        return _reply({"name": found["name"], "model": cached.model})

    def named(self, name: str) -> Cached:
        if name not in self.kept:
            raise Refusal(403, "CachedContent not found (or permission denied)")
        return self.kept[name]

    def _make(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if self.refusal:
            raise self.refusal
        ttl = _ttl(fields, FIELDS)
        demand(str(fields.get("model", "")).startswith("models/"), "Model name must start with models/")
        demand(all(content.get("role") == "user" for content in fields["contents"]), "role: user")
        told = texts(fields.get("systemInstruction", {"parts": []}))
        read = [text for content in fields["contents"] for text in texts(content)]
        made = Cached(fields["model"].removeprefix("models/"), tuple(told), tuple(read), ttl)
        demand(
            made.tokens >= LEAST,
            f"Cached content is too small. total_token_count={made.tokens}, min_total_token_count={LEAST}",
        )
        self._made += 1
        name = f"cachedContents/made-{self._made}"
        self.kept[name] = made
        return {"name": name, "model": fields["model"], "usageMetadata": {"totalTokenCount": made.tokens}}


def texts(content: Mapping[str, Any]) -> list[str]:
    for part in content["parts"]:
        demand(set(part) == {"text"} and bool(part["text"].strip()), "parts: a text that is not empty")
    return [part["text"] for part in content["parts"]]


def _ttl(fields: Mapping[str, Any], known: set[str]) -> str:
    demand(fields.keys() <= known, f"Unknown name: {fields.keys() - known}")
    demand(_TTL.fullmatch(fields.get("ttl", "")) is not None, "ttl: seconds, as in 300s")
    return str(fields["ttl"])


def _reply(body: Mapping[str, Any]) -> HttpReply:
    return HttpReply(200, json.dumps(body).encode())
