"""Where messages come in from the bus: read strictly. What is refused is told in the log, counted on the bus, and stops nobody."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from typing import TypeVar

from ifmem.core.keys import Keys
from ifmem.core.record import Record
from ifmem.core.strictness import Refused, read
from ifmem.errors import IfmemError
from ifmem.stores.bus import Bus
from ifmem.stores.strange_keys import REFUSED

log = logging.getLogger("ifmem")
R = TypeVar("R", bound=Record)
MOST_DIGITS = 18  # what the server can count to


def is_number(text: str) -> bool:
    """Whether it is a count as we write it."""
    return text.isdecimal() and len(text) <= MOST_DIGITS


def number(text: str | None) -> int:
    """A count as it stands on the bus; 0 for what is none, which the next count overwrites."""
    return int(text) if text and is_number(text) else 0


class Door:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self._bus = bus
        self._keys = keys

    async def let_in(self, kind: type[R], texts: Iterable[str | None], within: str = "") -> list[R]:
        """The records among `texts` (of messages: in their field `within`); what is missing or refused is left out."""
        return [record for record in await self.each(kind, texts, within) if record is not None]

    async def one(self, kind: type[R], text: str | None, within: str = "") -> R | None:
        return (await self.each(kind, (text,), within))[0]

    async def each(self, kind: type[R], texts: Iterable[str | None], within: str = "") -> list[R | None]:
        """As `let_in`, with None in the place of each text that is missing or refused."""
        found: list[R | None] = []
        refused = 0
        for text in texts:
            try:
                found.append(read(kind, text, within) if text else None)
            except Refused as error:
                log.warning("refused what came in as a %s: %s", kind.__name__.lower(), str(error)[:300])
                found.append(None)
                refused += 1
        if refused:
            await self.count(refused)
        return found

    async def count(self, refused: int = 1) -> None:
        with contextlib.suppress(IfmemError):  # it is in the log as well
            await self._bus.call("HINCRBY", self._keys.set_counts, REFUSED, refused)
