"""The records of one transcript, whoever wrote them, taken one after the other: who said what, and what is not kept.

A message's content is a text, a block or a list of blocks; the vendors name the same few kinds of blocks differently.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ifmem.core.sessions import Utterance

Fields = Mapping[str, Any]
TEXTS = frozenset({"text", "input_text", "output_text", "summary_text"})
THOUGHTS = frozenset({"thinking", "redacted_thinking", "reasoning", "thoughts"})
CALLS = frozenset(
    {"tool_use", "server_tool_use", "function_call", "custom_tool_call", "local_shell_call", "mcp_tool_use"}
)
RESULTS = frozenset({"tool_result", "function_call_output", "custom_tool_call_output", "mcp_tool_result"})
ROLES = {
    "model": "assistant",
    "gemini": "assistant",
    "developer": "system",
    "tool": "tool output",
    "function": "tool output",
}


class Collected:
    """What the lines of one transcript have said so far."""

    def __init__(self, agent: str = "Agent") -> None:
        self.agent = agent
        self.id = ""
        self.title = ""
        self.utterances: list[Utterance] = []
        self.not_kept: Counter[str] = Counter()

    def take(self, record: Fields) -> None:
        """One line: a record of Codex has a payload, one of Claude Code a message; others are messages themselves."""
        at = epoch_of(record.get("timestamp") or record.get("created_at") or record.get("create_time"))
        if isinstance(payload := record.get("payload"), Mapping):
            self._take_codex(str(record.get("type")), payload, at)
        elif isinstance(message := record.get("message"), Mapping):
            self._take_claude(record, message, at)
        elif role := record.get("role") or (record.get("type") if "content" in record else None):
            self.add(str(role), record.get("content", record.get("parts")), at)
            self._calls_of(record, at)
        elif record.get("type") == "summary":
            self.title = str(record.get("summary") or self.title)
        elif str(record.get("type")) in CALLS | RESULTS | THOUGHTS:
            self.add("assistant", [record], at)
        else:
            self.not_kept[f"{record.get('type') or 'unknown'} records"] += 1

    def _take_claude(self, record: Fields, message: Fields, at: float) -> None:
        self.agent = "Claude Code" if "sessionId" in record else self.agent
        self.id = self.id or str(record.get("sessionId") or "")
        if record.get("isMeta"):
            self.not_kept["records of the program itself"] += 1
            return
        who = str(message.get("role") or record.get("type"))
        self.add(f"subagent, {who}" if record.get("isSidechain") else who, message.get("content"), at)

    def _take_codex(self, kind: str, payload: Fields, at: float) -> None:
        if kind == "session_meta":
            self.agent, self.id = "Codex", str(payload.get("id") or "")
        elif kind == "response_item":
            self.add(str(payload.get("role") or "assistant"), [payload], at)
        else:  # what is shown while it happens (event_msg) repeats what is kept (response_item)
            self.not_kept[f"{kind} records"] += 1

    def _calls_of(self, message: Fields, at: float) -> None:
        """The calls that an assistant's message of the OpenAI API carries beside its text."""
        for call in blocks_of(message.get("tool_calls") or message.get("toolCalls")):
            self._add_call(fields_of(fields_of(call).get("function")) or fields_of(call), at)

    def add(self, who: str, content: Any, at: float) -> None:
        """The blocks of one message, in their order; pieces of text that follow each other stay together."""
        who = ROLES.get(who, who)
        texts: list[str] = []
        for block in blocks_of(content):
            if (text := _text_of(block)) is not None:
                texts.append(text)
                continue
            self._say(who, texts, at)
            texts = []
            self._add_block(who, block, at)
        self._say(who, texts, at)

    def _say(self, who: str, texts: list[str], at: float) -> None:
        if text := "\n".join(texts).strip():
            self.utterances.append(Utterance(who, text, at))

    def _add_block(self, who: str, block: Any, at: float) -> None:
        kind = str(block.get("type") or "unknown") if isinstance(block, Mapping) else "unknown"
        if kind == "message":
            self.add(str(block.get("role") or who), block.get("content"), at)
        elif kind in CALLS:
            self._add_call(block, at)
        elif kind in RESULTS:
            self._say("tool output", list(_texts_of(block.get("content", block.get("output")))), at)
        elif kind in THOUGHTS:
            self.not_kept["thoughts"] += 1
        else:
            self.not_kept[f"{kind} blocks"] += 1

    def _add_call(self, call: Fields, at: float) -> None:
        given = call.get("input", call.get("arguments", call.get("action", call.get("args", ""))))
        told = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        self._say("tool call", [f"{call.get('name') or call.get('type')} {told}"], at)


def fields_of(value: Any) -> Fields:
    """What should be an object; an empty one if it is something else."""
    return value if isinstance(value, Mapping) else {}


def blocks_of(value: Any) -> list[Any]:
    """What should be a list of blocks, and is sometimes one block alone."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text_of(block: Any) -> str | None:
    """The text of a block that is text, in any of the vendors' ways."""
    if isinstance(block, str):
        return block
    if isinstance(block, Mapping) and isinstance(block.get("text"), str) and block.get("type", "text") in TEXTS:
        return str(block["text"])
    return None


def _texts_of(output: Any) -> Iterator[str]:
    """What a tool gave back, flattened to text; what is not text is named."""
    if isinstance(output, str) and isinstance(wrapped := parsed(output), Mapping) and "output" in wrapped:
        output = wrapped["output"]  # Codex wraps what a shell printed
    if isinstance(output, Mapping) and "type" not in output:
        output = output.get("content") or output.get("output") or json.dumps(output, ensure_ascii=False)
    for block in blocks_of(output):
        text = _text_of(block)
        kind = block.get("type") if isinstance(block, Mapping) else type(block).__name__
        yield text if text is not None else f"[{kind}, not kept]"


def epoch_of(value: Any) -> float:
    """Epoch seconds of an ISO 8601 time or a number of seconds or milliseconds; 0 for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            return number / 1000 if number > 1e11 else number
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):  # a whole number may be larger than any float
        return 0.0


def parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
