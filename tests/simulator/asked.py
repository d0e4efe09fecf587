"""A request read strictly, and turned into what the model reads and what the cache compares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ifmem.core.cache_rules import Block, Prompt, fault_of
from ifmem.core.prices import Behaviour, model_named
from simulator.catalogue import tokens_of, window
from simulator.checks import BLOCK_FIELDS, check_behaviour, check_block, check_limits, chunks_of, read_object
from simulator.refusals import Refused, demand

OVERHEAD = 4  # tokens around a block
ADAPTIVE = {"type": "adaptive"}


@dataclass(frozen=True)
class Document:
    """A document of the prompt: what a citation's `document_index` counts."""

    title: str | None
    chunks: tuple[str, ...]


@dataclass(frozen=True)
class SearchResult:
    """A search result of the prompt: what a citation's `search_result_index` counts, apart from documents."""

    source: str
    title: str
    chunks: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    model: str
    prompt: Prompt
    documents: tuple[Document, ...]
    results: tuple[SearchResult, ...]
    question: str
    system: str
    max_tokens: int
    stream: bool
    cites: bool
    thinks: bool

    @property
    def tokens(self) -> int:
        return sum(block.tokens for block in self.prompt.blocks)


def read_request(body: bytes, *, counting: bool = False) -> Asked:
    """Raises Refused for what the vendor refuses."""
    fields = read_object(body)
    model = str(fields.get("model", ""))
    demand(bool(model), "model: Field required")
    if (row := model_named(model)) is None:
        raise Refused(404, f"model: {model}")
    if not counting:
        check_limits(fields, window(model)[1])
    if row.behaviour:
        check_behaviour(fields, row.behaviour)
    messages, system = _messages(fields), _system(fields)
    documents, cites = _documents(messages)
    prompt = _prompt(model, fields, system, messages, cites, row.behaviour)
    demand(not (fault := fault_of(prompt.blocks)), fault)
    last = messages[-1]["content"][-1]
    return Asked(
        model,
        prompt,
        documents,
        _results(messages),
        last.get("text", ""),
        "\n".join(block["text"] for block in system),
        fields.get("max_tokens", 0),
        bool(fields.get("stream")),
        cites,
        bool(row.behaviour and row.behaviour.thinks) and fields.get("thinking", ADAPTIVE) == ADAPTIVE,
    )


def _system(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    system = fields.get("system", [])
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else list(system)
    for block in blocks:
        demand(block.get("type") == "text", "system: only text blocks are allowed")
        check_block(block, "user")
    return blocks


def _messages(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = fields.get("messages")
    demand(isinstance(messages, list) and bool(messages), "messages: at least one message is required")
    read: list[dict[str, Any]] = []
    for message in messages or []:
        demand(message.get("role") in ("user", "assistant"), "messages: role must be user or assistant")
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        demand(isinstance(blocks, list) and bool(blocks), "messages: content is required")
        for block in blocks:
            check_block(block, message["role"])
        read.append({"role": message["role"], "content": blocks})
    demand(read[0]["role"] == "user", "messages: first message must use the user role")
    return read


def _documents(messages: list[dict[str, Any]]) -> tuple[tuple[Document, ...], bool]:
    blocks = [block for message in messages for block in message["content"] if block["type"] != "text"]
    enabled = {bool((block.get("citations") or {}).get("enabled")) for block in blocks}
    demand(len(enabled) < 2, "citations must be enabled for all documents or for none")
    documents = (block for block in blocks if block["type"] == "document")
    read = tuple(Document(b.get("title"), tuple(chunk["text"] for chunk in chunks_of(b))) for b in documents)
    return read, enabled == {True}


def _results(messages: list[dict[str, Any]]) -> tuple[SearchResult, ...]:
    blocks = [block for message in messages for block in message["content"] if block["type"] == "search_result"]
    return tuple(SearchResult(b["source"], b["title"], tuple(c["text"] for c in chunks_of(b))) for b in blocks)


def _prompt(
    model: str,
    fields: Mapping[str, Any],
    system: list[dict[str, Any]],
    messages: list[dict[str, Any]],
    cites: bool,
    behaviour: Behaviour | None,
) -> Prompt:
    effort = fields.get("output_config", {}).get("effort") or (behaviour.default_effort if behaviour else "")
    said = (block for message in messages for block in _blocks(model, message["content"], message["role"]))
    return Prompt(
        tuple(said),
        tuple(_blocks(model, system, "system")),
        tuple(_blocks(model, fields.get("tools", []), "tools")),
        everything=json.dumps([model, effort, fields.get("thinking")]).encode(),
        from_system=str(cites).encode(),
        from_messages=json.dumps(fields.get("tool_choice")).encode(),
    )


def _blocks(model: str, blocks: list[dict[str, Any]], role: str) -> Iterator[Block]:
    for block in blocks:
        mark = block.get("cache_control")
        plain = {name: value for name, value in block.items() if name != "cache_control"}
        text = json.dumps(plain, ensure_ascii=False)
        ttl = mark.get("ttl", "5m") if mark else ""
        yield Block(f"{role} {text}".encode(), tokens_of("".join(_texts(block)), model) + OVERHEAD, ttl)


def _texts(block: Mapping[str, Any]) -> Iterator[str]:
    if block.get("type") not in BLOCK_FIELDS:
        yield json.dumps(block)
        return
    yield from (block.get(name) or "" for name in ("title", "context", "text"))
    if block["type"] == "search_result":
        yield block["source"]
    if block["type"] != "text":
        yield from (chunk["text"] for chunk in chunks_of(block))
