"""Looks at the server from outside: starts it as a host would, with hardly an environment, and lists what a host sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from ifmem.errors import Exit, IfmemError

WITHIN_S = 30.0


@dataclass(frozen=True)
class Seen:
    """What a host sees. `definitions` is what the tools cost an agent in each session, in bytes; times in milliseconds."""

    version: str
    protocol: str
    initialize_ms: float
    tools: dict[str, str]
    definitions: int
    resources: tuple[str, ...]
    prompts: tuple[str, ...]
    status: str


def look(command: Sequence[str]) -> Seen:
    """Raises IfmemError if the server does not start, or does not answer in time."""
    try:
        return asyncio.run(_look_in_time(command))
    except (TimeoutError, OSError, MCPError, BaseExceptionGroup) as error:
        timed_out = isinstance(error, TimeoutError)
        raise IfmemError(
            "the server does not answer.",
            why=f"nothing within {WITHIN_S:.0f} s" if timed_out else str(error),
            fix=f"See what it says: {' '.join(command)} </dev/null",
            exit_code=Exit.TIMED_OUT if timed_out else Exit.DID_NOT_HAPPEN,
        ) from None


async def _look_in_time(command: Sequence[str]) -> Seen:
    async with asyncio.timeout(WITHIN_S):
        return await _look(command)


async def _look(command: Sequence[str]) -> Seen:
    started = time.perf_counter()
    server = stdio_client(StdioServerParameters(command=command[0], args=list(command[1:])))
    async with Client(server, mode="legacy") as client:
        initialize_ms = (time.perf_counter() - started) * 1000
        tools = (await client.list_tools()).tools
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
        status = await client.call_tool("memory_status", {})
        return Seen(
            version=client.server_info.version if client.server_info else "",
            protocol=client.protocol_version,
            initialize_ms=round(initialize_ms, 1),
            tools={tool.name: tool.description or "" for tool in tools},
            definitions=sum(map(_size, tools)),
            resources=tuple(template.uri_template for template in templates),
            prompts=tuple(prompt.name for prompt in prompts),
            status=getattr(status.content[0], "text", ""),
        )


def _size(tool: Any) -> int:
    return len(tool.model_dump_json(by_alias=True, exclude_none=True).encode())
