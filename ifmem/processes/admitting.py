"""Lets no more questions wait than are answered soon, once the queue has been too long for a while: `core.admission`, kept on the bus."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from ifmem.core.admission import Admission, Look
from ifmem.processes.pulse import to_next_pulse
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.inquiries import Inquiries

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 1.0


class Admitting:
    """Looks after one queue. `answered` counts what was answered in time: what was too late anyway says nothing about the pace.

    While nothing is `in_work` nothing waits, and the bus need not be asked.
    """

    def __init__(self, inquiries: Inquiries, label: str, floor: int, in_work: Callable[[], bool]) -> None:
        self.answered = 0
        self._inquiries = inquiries
        self._label = label
        self._in_work = in_work
        self._admission = Admission(floor)

    async def go_on(self) -> None:
        while True:
            with contextlib.suppress(BusLost):  # the limit expires by itself
                await self._look()
            await asyncio.sleep(to_next_pulse(LOOK_EVERY_S))

    async def _look(self) -> None:
        waiting = await self._inquiries.waiting(self._label) if self._in_work() else 0
        before, now = self._admission, Look(time.monotonic(), waiting, self.answered)
        self._admission = before.after(now)
        if self._admission.limit is not None or before.limit is not None:
            await self._inquiries.admit(self._label, self._admission.limit)
        if (before.limit is None) is not (self._admission.limit is None):
            log.warning("%d questions wait; now at most %s may", waiting, self._admission.limit or "as many as ever")
