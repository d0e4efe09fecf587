"""Warm a page once: while the first request for a cold page has not begun to be answered, the others for it wait.

A vendor's cache entry can be read once the first response has begun; requests sent before that would each pay for writing it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

PATIENCE_S = 10.0  # a page is not kept from answering by a first request that hangs


class Warmth:
    """Which pages are warm, as far as this process knows. `life_s` is how long the vendor keeps an entry that is not read."""

    def __init__(self, life_s: float, patience_s: float = PATIENCE_S) -> None:
        self._life_s = life_s
        self._patience_s = patience_s
        self._warm_until: dict[str, float] = {}
        self._warming: dict[str, asyncio.Event] = {}

    def is_warm(self, page: str) -> bool:
        return self._warm_until.get(page, 0.0) > _now()

    @asynccontextmanager
    async def turn(self, page: str) -> AsyncGenerator[Callable[[], None], None]:
        """Enter when a request for this page should be sent; call what is given when its response has begun."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                while not self.is_warm(page) and (warming := self._warming.get(page)):
                    await warming.wait()
        mine = self._warming.setdefault(page, asyncio.Event()) if not self.is_warm(page) else asyncio.Event()
        sent = _now()

        def begun() -> None:
            self._warm_until[page] = max(self._warm_until.get(page, 0.0), sent + self._life_s)
            self._let_go(page, mine)

        try:
            yield begun
        finally:
            self._let_go(page, mine)

    def _let_go(self, page: str, mine: asyncio.Event) -> None:
        """Those who wait look again: the page is warm now, or one of them is the next to try."""
        mine.set()
        if self._warming.get(page) is mine:
            del self._warming[page]


def _now() -> float:
    return asyncio.get_running_loop().time()
