"""How a tool speaks to its caller: results in text and structure, steps on the way, and errors that say what to do."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from ifmem.errors import IfmemError

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
SETS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def result(text: str, facts: dict[str, Any]) -> CallToolResult:
    """Some hosts give the model only the text, others only the structure: both say the same."""
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=facts)


def utc(epoch: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def sentence(error: IfmemError) -> str:
    """What, why and fix in one line."""
    return " ".join(" ".join(filter(None, (error.what, error.why and f"({error.why})", error.fix))).split())


@contextlib.contextmanager
def told() -> Iterator[None]:
    """An error that somebody can act on reaches the model as one; any other would only be called unexpected."""
    try:
        yield
    except IfmemError as error:
        raise ToolError(sentence(error)) from error


@contextlib.asynccontextmanager
async def steps(ctx: Context[Any, Any]) -> AsyncIterator[Callable[[str], None]]:
    """Progress of a call, said from any thread. Nothing is sent unless the caller asked for it, and nothing twice in a row."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    async def forward() -> None:
        number, last = 0, ""
        while (text := await queue.get()) is not None:
            if text != last:
                number, last = number + 1, text
                await ctx.report_progress(number, None, text)

    forwarding = asyncio.create_task(forward())
    try:
        yield lambda text: _put(loop, queue, text)
    finally:
        queue.put_nowait(None)
        with contextlib.suppress(asyncio.CancelledError):
            await forwarding


def _put(loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[str | None], text: str) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended; its caller is gone
        loop.call_soon_threadsafe(queue.put_nowait, text)
