"""A request read strictly: every field known, turns in order, nothing blank."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.loopback import HttpReply

# What servers that imitate OpenAI have in common; OpenAI's own has more, and has given up `max_tokens`.
COMMON = {"model", "messages", "stream", "stream_options", "max_tokens", "reasoning_effort"}
OPENAI = (COMMON - {"max_tokens"}) | {"max_completion_tokens", "prompt_cache_key"}


@dataclass
class Refusal(Exception):
    """A request that gets an error instead of a reply."""

    status: int
    message: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def reply(self) -> HttpReply:
        error = {"message": self.message, "type": "invalid_request_error", "param": None, "code": self.code or None}
        return HttpReply(self.status, json.dumps({"error": error}).encode(), self.headers)


@dataclass(frozen=True)
class Asked:
    model: str
    prompt: str
    read: tuple[str, ...]
    question: str
    wants_usage: bool

    def cut(self, characters: int) -> Asked:
        """The request without what stands before its last `characters`."""
        texts = tuple(text[-characters:] for text in self.read[-1:]) if len(self.prompt) > characters else self.read
        return replace(self, prompt=self.prompt[-characters:], read=texts)


def read_request(body: bytes, allowed: set[str] = COMMON) -> Asked:
    """Raises Refusal for what the server refuses."""
    fields = json.loads(body)
    for name in fields.keys() - allowed:
        raise Refusal(400, f"Unrecognized request argument supplied: {name}", "unknown_parameter")
    _demand(fields.get("stream") is True, "this server only streams")
    _demand(fields.get("stream_options", {}).keys() <= {"include_usage"}, "stream_options: unknown field")
    limit = fields.get("max_tokens", fields.get("max_completion_tokens"))
    _demand(isinstance(limit, int) and limit > 0, "max_tokens: must be at least 1")
    messages = _messages(fields)
    *read, question = messages[-1]["content"].rsplit("Question: ", 1)
    texts = tuple(message["content"] for message in messages if message["role"] == "user")
    prompt = "\n".join(f"<{message['role']}>{message['content']}" for message in messages)
    return Asked(
        fields["model"],
        prompt,
        (*texts[:-1], *read),
        question,
        bool(fields.get("stream_options", {}).get("include_usage")),
    )


def _messages(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Some templates know no two turns of one side: they must alternate, after one system message, and end with the user's."""
    messages = fields.get("messages") or []
    roles = [message.get("role") for message in messages]
    turns = roles[1:] if roles[:1] == ["system"] else roles
    _demand(
        bool(turns) and turns == (["user", "assistant"] * len(turns))[: len(turns)],
        "roles must alternate user/assistant",
    )
    _demand(turns[-1] == "user", "the last message must be the user's")
    for message in messages:
        _demand(set(message) == {"role", "content"}, "messages: role and content, nothing else")
        _demand(isinstance(message["content"], str) and bool(message["content"].strip()), "content must be a text")
    return list(messages)


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise Refusal(400, message)
