"""Ghosts: after every replacement the dead process speaks once more, and must not be heard."""

from __future__ import annotations

import contextlib
import time

from ifmem.chaos.scene import Scene
from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.record import new_id
from ifmem.core.status import ProcessStatus
from ifmem.errors import IfmemError
from ifmem.stores.hand_off import HandOff, Seat, Stale


class Ghosts:
    """`accepted` names what a dead incarnation sent and was not refused."""

    def __init__(self, scene: Scene, keys: Keys) -> None:
        self.scene = scene
        self.hand_off = HandOff(scene.bus, keys)
        self.accepted: list[str] = []
        self.refused = 0
        self._haunted: dict[str, int] = {}

    async def haunt(self) -> None:
        """Speak for the predecessor of everyone who was replaced since."""
        with contextlib.suppress(IfmemError):  # the bus is away: nobody hears anyone
            for one in await self.scene.processes():
                if one.incarnation > self._haunted.get(one.name, 1) and one.name != "archivist":
                    await self._speak(one)
                    self._haunted[one.name] = one.incarnation

    async def _speak(self, successor: ProcessStatus) -> None:
        name, incarnation = successor.name, successor.incarnation - 1
        seat = Seat(name, incarnation, f"shard:{successor.number}" if successor.number else name)
        query_id = new_id("q_ghost")
        try:
            if successor.number:
                finding = Finding(
                    new_id("f"), query_id, name, False, "", incarnation=incarnation, created_at=time.time()
                )
                await self.hand_off.finish(seat, finding)
            else:
                await self.hand_off.answer(seat, Answer(query_id, "a ghost's", "", found=False, asked_at=time.time()))
        except Stale:
            self.refused += 1
        else:
            self.accepted.append(f"{name}.{incarnation} was heard after {name}.{successor.incarnation} had come")
