"""From a call to the memory it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mcp.server.mcpserver import Context

from ifmem.bridge.access import Access
from ifmem.bridge.place import Place


class Folders:
    """One server is about one folder; which one is known when the first call comes."""

    def __init__(
        self, place: Place, *, redis_url: str | None = None, namespace: str | None = None, may_start: bool = True
    ) -> None:
        self._place = place
        self._redis_url, self._namespace, self._may_start = redis_url, namespace, may_start
        self._known: dict[Path, Access] = {}

    async def of(self, ctx: Context[Any, Any]) -> Access:
        """Raises IfmemError if no folder is meant."""
        folder = await self._place.folder(ctx)
        if folder not in self._known:
            self._known[folder] = Access(
                folder, redis_url=self._redis_url, namespace=self._namespace, may_start=self._may_start
            )
        return self._known[folder]
