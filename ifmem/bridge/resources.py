"""Resources: findings, answers with their receipts, searches, documents, and the list of these. From the memory, never from disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from ifmem.bridge.folders import Folders
from ifmem.bridge.reports import sentence
from ifmem.errors import IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.documents import Document

LONGEST_PART = 40_000  # characters
JSON = "application/json"
T = TypeVar("T")


class Resources:
    """What can be read of the folder that a request is about."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def add_to(self, server: MCPServer[Any]) -> None:
        server.resource("ifmem://finding/{id}", title="Finding", mime_type=JSON)(self.finding)
        server.resource("ifmem://answer/{id}", title="Answer", mime_type=JSON)(self.answer)
        server.resource("ifmem://search/{id}", title="Search", mime_type=JSON)(self.search)
        server.resource("ifmem://document/{+path}{?line}", title="Document", mime_type="text/plain")(self.document)
        server.resource("ifmem://corpus{?shard}", title="Corpus", mime_type=JSON)(self.corpus)

    async def finding(self, id: str, ctx: Context[Any, Any]) -> str:
        """One finding with its sources."""
        found = await self._read(ctx, lambda memory: memory.finding(id))
        if found is None:
            raise ResourceNotFoundError("There is no such finding; search_findings lists them.")
        return str(found.to_json())

    async def answer(self, id: str, ctx: Context[Any, Any]) -> str:
        """One answer with its whole receipt: every source, shard, score and cost."""
        found = await self._read(ctx, lambda memory: memory.answer(id, timeout=1.0))
        return str(found.to_json())

    async def search(self, id: str, ctx: Context[Any, Any]) -> str:
        """One search: every pass with its tasks and findings, and the conclusion once it is there."""
        found = await self._read(ctx, lambda memory: memory.known_search(id))
        return str(found.to_json())

    async def document(self, path: str, ctx: Context[Any, Any], line: str = "1") -> str:
        """A loaded file, from a line on. What does not fit says at which line to go on."""
        parts = await self._read(ctx, lambda memory: memory.document(path))
        if not parts:
            raise ResourceNotFoundError("No such file is loaded; ifmem://corpus lists them.")
        return _from_line(parts, int(line) if line.isdecimal() else 1, path)

    async def corpus(self, ctx: Context[Any, Any], shard: str = "") -> str:
        """The files that each shard holds, and how many were left out."""
        manifests = await self._read(ctx, lambda memory: memory.corpus())
        shown = {
            manifest.shard: {
                "tokens": manifest.tokens,
                "left_out": len(manifest.left_out),
                "files": [held.path for held in manifest.entries],
            }
            for manifest in manifests
            if shard in ("", manifest.shard)
        }
        return _fitting(shown)

    async def _read(self, ctx: Context[Any, Any], work: Callable[[Memory], T]) -> T:
        try:
            return await (await self._folders.of(ctx)).use(work)
        except IfmemError as error:
            raise ResourceError(sentence(error)) from error


def _from_line(parts: tuple[Document, ...], first: int, path: str) -> str:
    lines = [line for part in parts for line in part.lines()]
    size, shown = 0, list[str]()
    for line in lines[first - 1 :]:
        size += len(line) + 1
        if shown and size > LONGEST_PART:
            shown.append(
                f"[{len(lines) - first + 1 - len(shown):,} more lines: ifmem://document/{path}?line={first + len(shown)}]"
            )
            break
        shown.append(line)
    return "\n".join(shown)


def _fitting(corpus: dict[str, dict[str, Any]]) -> str:
    """The list, with fewer files of each shard if it is too long; it says how many are missing."""
    text = json.dumps(corpus, ensure_ascii=False)
    most = max((len(about["files"]) for about in corpus.values()), default=0)
    while len(text) > LONGEST_PART and most > 1:
        most //= 2
        short = {
            name: {**about, "files": about["files"][:most], "not_shown": max(0, len(about["files"]) - most)}
            for name, about in corpus.items()
        }
        text = json.dumps(short, ensure_ascii=False)
    return text
