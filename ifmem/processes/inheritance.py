"""What becomes of the questions a dead process held: back to the head of the queue, or, after three deaths, an error to the asker."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.receipts import sealed
from ifmem.core.record import new_id
from ifmem.core.worker_names import is_worker
from ifmem.errors import IfmemError
from ifmem.processes.answering import refusal
from ifmem.stores.bus import Bus
from ifmem.stores.hand_off import MOST_ATTEMPTS, HandOff, Seat
from ifmem.stores.inquiries import Inquiries

log = logging.getLogger("ifmem")


class Inheritance:
    def __init__(self, bus: Bus, keys: Keys) -> None:
        self.hand_off = HandOff(bus, keys)
        self.inquiries = Inquiries(bus, keys)
        self.keys = keys

    async def settle(self, seat: Seat, *, blame: bool) -> tuple[list[str], list[str]]:
        """Hand back everything `seat` held; returns the ids handed back and those that are dead. Safe to repeat."""
        back, dead = await self.hand_off.hand_back(seat, blame=blame)
        for query_id in dead:
            await self._tell(seat, query_id)
            await self.hand_off.bury(seat, query_id)
        if back or dead:
            log.info(
                "%s held %d questions: %d handed back, %d dead", seat.worker, len(back + dead), len(back), len(dead)
            )
        return back, dead

    async def settle_estate(self, labels: dict[str, str], distant: Collection[str] = ()) -> None:
        """At start: whatever processes of an earlier supervisor still hold. `labels` maps names to queues; shards that are `distant`
        may well be at work."""
        for name, incarnation in await self.hand_off.abandoned():
            if is_worker(name) or name in distant:  # its crew's affair, or its host's
                continue
            await self.settle(Seat(name, incarnation, labels.get(name, "coordinator")), blame=True)

    async def _tell(self, seat: Seat, query_id: str) -> None:
        """Let a question that killed its process three times end in an answer that says so."""
        query = await self.inquiries.read_query(query_id)
        if query is None:
            return
        error = IfmemError(
            f"the question was given up: {seat.name} died of it {MOST_ATTEMPTS} times.",
            why="each time the process working on it crashed, hung or left; other questions go on",
            fix=f"See why: ifmem logs {seat.name}",
        )
        if seat.name == "coordinator":
            await self.hand_off.answer(seat.successor, sealed(refusal(query, error)))
        else:
            finding = Finding(
                id=new_id("f"),
                query_id=query.id,
                shard=seat.name,
                found=False,
                text="",
                attempts=MOST_ATTEMPTS,
                created_at=time.time(),
                error=error.what,
            )
            await self.hand_off.finish(seat.successor, finding)
