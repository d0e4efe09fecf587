"""The MCP server, timed as hosts see it: until it answers, what it adds to a question, and how soon a partner that waits has its mail."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifmem.bench.private_set import private_set, write_small_folder
from ifmem.bench.rows import Row, at_most, at_most_times, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory

if TYPE_CHECKING:  # it takes longer to import than all of ours
    from mcp import Client

BARE = "from mcp.server import MCPServer; MCPServer('bare').run()"
QUESTION = "Where is the retry?"
HEAD_START_S = 0.1  # for a partner to be waiting


def measure_bridge(place: Path, scale: Scale) -> Iterable[Row]:
    folder = write_small_folder(place)
    with private_set(folder) as memory:
        yield from asyncio.run(_measure(memory, folder, place, scale))


async def _measure(memory: Memory, folder: Path, place: Path, scale: Scale) -> list[Row]:
    ours = ("-m", "ifmem", "mcp", "-C", str(folder))
    env = {**os.environ, "IFMEM_BRIDGE_STORE": str(place / "bridge.db"), "IFMEM_BRIDGE_PER_MINUTE": "100000"}
    env["IFMEM_BRIDGE_PER_HOUR"] = "100000"
    bare_ms, ours_ms = await _initialize(("-c", BARE), ours, env, scale.times(12))
    async with _server(ours, env) as one, _server(ours, env) as other:
        straight_ms, through_ms = await _ask(memory, one, scale.times(50))
        sent_ms, woken_ms = await _wake(one, other, scale.times(60))
    bare, straight = row("a bare SDK server answers initialize", "ms", bare_ms), row("Memory.ask", "ms", straight_ms)
    added = [through - direct for through, direct in zip(through_ms, straight_ms, strict=True)]
    return [
        row("ifmem mcp answers initialize", "ms", ours_ms, at_most_times(1.3)).beside(bare),
        bare,
        row("ask_memory", "ms", through_ms).beside(straight),
        straight,
        row("what ask_memory adds to the question", "ms", added, at_most(15)),
        row("send_to_partner", "ms", sent_ms),
        row("a message, until its waiting partner has it", "ms", woken_ms, at_most(50)),
    ]


@contextlib.asynccontextmanager
async def _server(arguments: Sequence[str], env: dict[str, str]) -> AsyncIterator[Client]:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    program = StdioServerParameters(command=sys.executable, args=list(arguments), env=env)
    async with Client(stdio_client(program), mode="legacy") as client:
        yield client


async def _initialize(
    bare: Sequence[str], ours: Sequence[str], env: dict[str, str], times: int
) -> tuple[list[float], list[float]]:
    """From the start of the process to its answer, in turns."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for arguments, samples in zip((bare, ours), took, strict=True):
            started = time.perf_counter()
            async with _server(arguments, env):
                samples.append((time.perf_counter() - started) * 1000)
    return took


async def _ask(memory: Memory, client: Client, times: int) -> tuple[list[float], list[float]]:
    """The same question, asked anew each time: straight, and through the server, in turns."""
    straight, through = list[float](), list[float]()
    await _call(client, "ask_memory", question=QUESTION)
    for number in range(times):
        started = time.perf_counter()
        await asyncio.to_thread(memory.ask, f"{QUESTION} {2 * number}")
        straight.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        await _call(client, "ask_memory", question=f"{QUESTION} {2 * number + 1}")
        through.append((time.perf_counter() - started) * 1000)
    return straight, through


async def _wake(sender: Client, waiter: Client, times: int) -> tuple[list[float], list[float]]:
    """Until a message is sent, and until the partner that waits for it has it, from the moment that the sender calls."""
    made = await _call(sender, "create_conversation", my_role="sender", partner_role="waiter")
    theirs = {"conversation_id": made["conversation_id"], "token": made["partner_token"]}
    sent, woken = list[float](), list[float]()
    for number in range(times):
        waiting = asyncio.create_task(_moment_of(_call(waiter, "check_messages", wait_seconds=20, **theirs)))
        await asyncio.sleep(HEAD_START_S)
        started = time.perf_counter()
        sent.append((await _moment_of(_call(sender, "send_to_partner", message=f"message {number}")) - started) * 1000)
        woken.append((await waiting - started) * 1000)
    return sent, woken


async def _moment_of(call: Coroutine[Any, Any, Any]) -> float:
    """When a call has its result."""
    await call
    return time.perf_counter()


async def _call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    found = await client.call_tool(tool, arguments)
    if found.is_error or found.structured_content is None:
        raise RuntimeError(f"{tool}: {found.content}")
    facts: dict[str, Any] = found.structured_content
    return facts
