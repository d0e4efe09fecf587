"""Every field of a request known, and required or refused as the documents say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ifmem.core.cache_rules import LIVES_S
from ifmem.core.prices import Behaviour
from simulator.refusals import Refused, demand

FIELDS = {"model", "messages", "system", "max_tokens", "stream", "thinking", "output_config", "tool_choice", "tools"}
FIELDS |= {"metadata", "stop_sequences", "diagnostics"}
SAMPLING = {"temperature", "top_p", "top_k"}
BLOCK_FIELDS = {
    "text": {"type", "text", "cache_control"},
    "document": {"type", "source", "title", "context", "citations", "cache_control"},
    "search_result": {"type", "source", "title", "content", "citations", "cache_control"},
}


def read_object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        raise Refused(400, "The request body is not valid JSON") from None
    demand(isinstance(fields, dict), "The request body must be an object")
    for name in SAMPLING & fields.keys():
        raise Refused(400, f"{name}: not supported by this model")
    for name in fields.keys() - FIELDS:
        raise Refused(400, f"{name}: Extra inputs are not permitted")
    return dict(fields)


def check_limits(fields: Mapping[str, Any], most: int) -> None:
    limit = fields.get("max_tokens")
    demand(isinstance(limit, int), "max_tokens: Field required")
    demand(0 <= (limit or 0) <= most, f"max_tokens: {limit} > {most}, which is the maximum allowed")
    if limit == 0:
        demand(not fields.get("stream"), "stream is not allowed with max_tokens: 0")
        demand(fields.get("thinking", {}).get("type") != "enabled", "thinking is not allowed with max_tokens: 0")


def check_behaviour(fields: Mapping[str, Any], behaviour: Behaviour) -> None:
    thinking = fields.get("thinking", {}).get("type")
    effort = fields.get("output_config", {}).get("effort")
    demand(thinking is None or thinking in behaviour.thinking, f"thinking.type: {thinking} is not supported")
    demand(effort is None or effort in behaviour.efforts, f"output_config.effort: {effort} is not supported")
    if thinking and thinking == behaviour.thinking_off:
        used = effort or behaviour.default_effort
        demand(used in behaviour.efforts_without_thinking, f"thinking.type: {thinking} is not allowed at effort {used}")
    forced = fields.get("tool_choice", {}).get("type") in ("any", "tool")
    demand(behaviour.forced_tool or not forced, "tool_choice: forcing a tool is not supported by this model")
    messages = fields.get("messages") or [{}]
    demand(behaviour.prefill or messages[-1].get("role") != "assistant", "messages: prefill is not supported")


def check_block(block: Mapping[str, Any], role: str) -> None:
    kind = block.get("type")
    demand(kind in BLOCK_FIELDS, f"messages: block type {kind!r} is not supported here")
    for name in block.keys() - BLOCK_FIELDS[str(kind)]:
        raise Refused(400, f"{kind}.{name}: Extra inputs are not permitted")
    if kind == "text":
        demand(bool(block.get("text", "").strip()), "text content blocks must contain non-whitespace text")
    else:
        demand(role == "user", f"{kind} blocks are allowed in user messages only")
        for chunk in chunks_of(block):
            demand(set(chunk) == {"type", "text"}, f"{kind}: a block inside it has type and text, nothing else")
            demand(bool(chunk["text"].strip()), "text content blocks must contain non-whitespace text")
    mark = block.get("cache_control")
    if mark is not None:
        demand(mark.get("type") == "ephemeral", "cache_control.type: must be ephemeral")
        demand(mark.get("ttl", "5m") in LIVES_S, "cache_control.ttl: must be 5m or 1h")


def chunks_of(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The text blocks inside a document or search result."""
    if block["type"] == "search_result":
        for name in ("source", "title"):
            demand(isinstance(block.get(name), str) and bool(block[name]), f"search_result.{name}: Field required")
        demand(
            isinstance(block.get("content"), list) and bool(block["content"]), "search_result.content: Field required"
        )
        return list(block["content"])
    source = block.get("source") or {}
    demand(
        source.get("type") in ("content", "text"), "document.source: this vendor reads content and text sources only"
    )
    if source["type"] == "text":
        return [{"type": "text", "text": source["data"]}]
    content = source.get("content") or ""
    demand(bool(content), "document.source.content: Field required")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
