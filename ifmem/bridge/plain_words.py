"""A call's mistakes in a model's words: the field and the limit, without the validator's links and without what was given.

Arguments that a tool does not have are ignored, since hosts add their own, but never silently: the result names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

CAUSE = re.compile(r"^  (?P<why>\S.*?)(?: \[type=.*)?$")
LINK = "    For further information"
VALIDATION = re.compile(r"^Error executing tool \w+: \d+ validation error")
LONGEST_NAME = 40


def plain_words(arguments: Mapping[str, Collection[str]]) -> ServerMiddleware[Any]:
    """`arguments` are the names that each tool takes."""

    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        outcome = await call_next(ctx)
        if ctx.method != "tools/call" or not isinstance(outcome, dict):
            return outcome
        if outcome.get("isError"):
            return {**outcome, "content": [_plain(part) for part in outcome.get("content", [])]}
        given = (ctx.params or {}).get("arguments") or {}
        known = arguments.get((ctx.params or {}).get("name", ""), given)
        ignored = sorted(name[:LONGEST_NAME] for name in given if name not in known)
        return _naming(outcome, ignored) if ignored else outcome

    return middleware


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    lines = str(part.get("text", "")).splitlines()
    if not lines or not VALIDATION.match(lines[0]):
        return part
    causes, field = list[str](), ""
    for line in lines[1:]:
        if cause := CAUSE.match(line):
            causes.append(f"{field}: {cause['why']}")
        elif not line.startswith(LINK):
            field = line
    return {**part, "text": f"Not accepted. {'; '.join(causes)}"}


def _naming(outcome: dict[str, Any], ignored: list[str]) -> dict[str, Any]:
    note = {"type": "text", "text": f"[ignored, since this tool has no such argument: {', '.join(ignored)}]"}
    facts = {**outcome.get("structuredContent", {}), "ignored_arguments": ignored}
    return {**outcome, "content": [*outcome.get("content", []), note], "structuredContent": facts}
