"""Answers that cost tokens, kept on the bus for a week, so that the same question about the same text costs nothing."""

from __future__ import annotations

from ifmem.core.keys import WEEK_S, Keys
from ifmem.core.stored_answers import Kept
from ifmem.stores.bus import Bus


class AnswerCache:
    """One answer to each digest of an asking: a newer one replaces it."""

    def __init__(self, bus: Bus, keys: Keys) -> None:
        self._bus = bus
        self._keys = keys

    async def find(self, asking: str) -> Kept | None:
        """What is kept, if it can be read; one of another version of ifmem may not be."""
        body = await self._bus.call("GET", self._keys.cached_answer(asking))
        try:
            return Kept.from_json(body) if body else None
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    async def keep(self, asking: str, kept: Kept) -> None:
        await self._bus.call("SET", self._keys.cached_answer(asking), kept.to_json(), "EX", WEEK_S)
