"""Which folder a server is about: the one it was told, else the client's, else the one it was started in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError

from ifmem.config.folders import is_known, named_folder, nearest
from ifmem.errors import Exit, IfmemError

ROOTS_WITHIN_S = 5.0


class Place:
    """Found when it is first needed: the client can be asked only once it is connected."""

    def __init__(self, named: str | None, started_in: Path | None = None) -> None:
        self._named = named_folder(named)
        self._started_in = started_in
        self._found: Path | None = None

    async def folder(self, ctx: Context[Any, Any]) -> Path:
        """Raises IfmemError where no folder is meant: a host may start its servers anywhere."""
        if self._found is None:
            self._found = self._named or await _root(ctx) or self._around()
        return self._found

    def _around(self) -> Path:
        folder = nearest(self._started_in or Path.cwd())
        if not is_known(folder) and folder in (Path.home().resolve(), Path(folder.anchor)):
            raise IfmemError(
                "it is not known which folder to remember.",
                why=f"this server was started in {folder}, and its client names no folder",
                fix="Start it with one: ifmem mcp -C FOLDER",
                exit_code=Exit.USAGE,
            )
        return folder


async def _root(ctx: Context[Any, Any]) -> Path | None:
    """The first folder that the client has open, if it tells."""
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.roots is None or not ctx.session.can_send_request:
        return None
    try:
        async with asyncio.timeout(ROOTS_WITHIN_S):
            roots = (await ctx.session.list_roots()).roots
    except (MCPError, TimeoutError):
        return None
    paths = (Path(unquote(urlsplit(str(root.uri)).path)) for root in roots if str(root.uri).startswith("file:"))
    return next((nearest(path) for path in paths if path.is_dir()), None)
