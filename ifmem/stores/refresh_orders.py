"""What people ask to be read again, over the bus: a list of orders, and to each its outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ifmem.core.keys import HOUR_S, Keys
from ifmem.core.record import Record, new_id
from ifmem.stores.bus import BLOCK_S, Bus
from ifmem.stores.door import Door

LABEL = "watcher"


@dataclass(frozen=True)
class RefreshOrder(Record):
    """`names` are the shards to read again."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outcome(Record):
    """`changed` are the shards whose text is another now; `unseen` are folders that could not be seen and stay as they were."""

    id: str
    changed: tuple[str, ...]
    unseen: tuple[str, ...] = ()


class RefreshOrders:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self._bus = bus
        self._keys = keys
        self._door = Door(bus, keys)

    async def fulfilled(self, names: tuple[str, ...], within_s: float) -> Outcome | None:
        """Put an order and wait for its outcome; None if there was none in time."""
        order, until = await self.put(names), time.monotonic() + within_s
        while time.monotonic() < until:
            if outcome := await self.outcome(order):
                return outcome
        return None

    async def put(self, names: tuple[str, ...]) -> RefreshOrder:
        order = RefreshOrder(new_id("r"), names)
        await self._bus.call("RPUSH", self._keys.queue(LABEL), order.to_json())
        return order

    async def next(self) -> RefreshOrder | None:
        """Wait a moment for an order."""
        reply = await self._bus.call("BLPOP", self._keys.queue(LABEL), BLOCK_S)
        return await self._door.one(RefreshOrder, reply[1] if reply else None)

    async def report(self, outcome: Outcome) -> None:
        key = self._keys.reply(outcome.id)
        await self._bus.send(("RPUSH", key, outcome.to_json()), ("EXPIRE", key, HOUR_S))

    async def outcome(self, order: RefreshOrder) -> Outcome | None:
        """Wait a moment for what came of an order."""
        reply = await self._bus.call("BLPOP", self._keys.reply(order.id), BLOCK_S)
        return await self._door.one(Outcome, reply[1] if reply else None)
