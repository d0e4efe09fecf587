"""Everybody in this server who waits for mail, woken by one task that looks for all of them, while anybody waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ifmem.stores.arrivals import Arrivals

LOOK_EVERY_S = 0.01


class Waiting:
    def __init__(self, store: Path) -> None:
        self._store = store
        self._waiters: defaultdict[tuple[str, str], set[asyncio.Event]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def for_mail(self, conversation: str, sender: str) -> Iterator[asyncio.Event]:
        """An event that is set when this sender says something. Whoever waits looks for earlier mail once it has the event."""
        from ifmem.stores.arrivals import Arrivals

        key, event = (conversation, sender), asyncio.Event()
        self._waiters[key].add(event)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(Arrivals(self._store)))
        try:
            yield event
        finally:
            self._waiters[key].discard(event)
            if not self._waiters[key]:
                del self._waiters[key]

    async def _look(self, arrivals: Arrivals) -> None:
        with contextlib.closing(arrivals):
            while self._waiters:
                for arrival in set(arrivals.new()):
                    for event in self._waiters.get(arrival, ()):
                        event.set()
                await asyncio.sleep(LOOK_EVERY_S)
