"""The one loop of every process: boot, beat and serve until told to stop, drain, leave.

The loop is code and has no opinion on whether the work is done: that is how completion bias is countered. The beat is a task of the
same loop, so a loop that is stuck does not beat. A program fills in `boot`, `serve` and `drain` and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.beat import Beat
from ifmem.core.keys import Keys
from ifmem.errors import IfmemError
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.pulse import to_next_pulse
from ifmem.processes.seat import Assignment
from ifmem.processes.silence import Silence
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.bus_server import bus_url
from ifmem.stores.hand_off import HandOff, Seat
from ifmem.stores.inquiries import Inquiries
from ifmem.stores.registry import Registry

log = logging.getLogger("ifmem")
T = TypeVar("T")
ON_BUS_EVERY_S = 3.0
NEWS_TOGETHER_S = 0.2


class CannotBoot(IfmemError):
    """Something a restart cannot heal: bad configuration, a key that is refused, a full disk."""

    @classmethod
    def because(cls, error: IfmemError) -> CannotBoot:
        return cls(error.what, why=error.why, fix=error.fix, exit_code=error.exit_code)


class Program:
    """A process with a seat on the bus. `late_s` is how far the oldest question is past its deadline."""

    def __init__(self, assignment: Assignment, config: Config, beat_fd: int, alive_fd: int) -> None:
        self.assignment = assignment
        self.config = config
        self.keys = Keys(config.namespace)
        self.bus = Bus(bus_url(config))
        self.hand_off = HandOff(self.bus, self.keys)
        self.inquiries = Inquiries(self.bus, self.keys)
        self.registry = Registry(self.bus, self.keys)
        self.seat = Seat(assignment.name, assignment.incarnation, assignment.label)
        self.silence = Silence()
        self.stopping = asyncio.Event()
        self.news = asyncio.Event()  # something to tell the bus before the next regular beat
        self._pipe, self._alive = beat_fd, alive_fd
        self._host = socket.gethostname()
        self._state, self._since, self._detail = lifecycle.STARTING, time.time(), ""
        self.born_at = self._since

    # What a program fills in

    async def boot(self) -> None:
        """Load; the process is ready when this returns."""

    async def serve(self) -> None:
        """Work until `stopping` is set, then come to an end within half the grace of `down`; longer work is cut off."""

    async def drain(self) -> None:
        """Finish or hand back what is claimed."""

    def vital_signs(self) -> dict[str, object]:
        """What this program adds to its beat: in_flight, oldest_s, answered, tokens …"""
        return {}

    # The loop

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stopping.set)
        loop.add_reader(self._alive, self._parent_is_gone)
        self.enter(lifecycle.STARTING)
        beats = [asyncio.create_task(self._beat_to_supervisor()), asyncio.create_task(self._beat_on_bus())]
        try:
            await self._live()
        finally:
            for beat in beats:
                beat.cancel()
            await self.bus.close()

    async def _live(self) -> None:
        try:
            await self.until_stopped(self.boot())
            if self.stopping.is_set():
                return
        except IfmemError as error:
            raise CannotBoot.because(error) from error
        self.enter(lifecycle.READY)
        log.info("ready in %.0f ms", (time.time() - self.born_at) * 1000)
        await self.until_stopped(self.serve(), self.config.stop_grace_s / 2)
        self.enter(lifecycle.DRAINING)
        await self.drain()

    async def until_stopped(self, work: Coroutine[Any, Any, T], grace_s: float = 0.0) -> T | None:
        """The result of `work`; None if this process is told to stop and the work is not done `grace_s` later: it is cut off then."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self.stopping.wait())
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        await asyncio.wait((task,), timeout=grace_s)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            return await task
        return None

    def enter(self, state: str, detail: str = "") -> None:
        """Change state; the supervisor hears of it at once."""
        if state != self._state:
            self._state, self._since = state, time.time()
        self._detail = detail
        self._write_beat()

    def beat(self) -> Beat:
        vital = self.vital_signs()
        state = lifecycle.BUSY if self._state == lifecycle.READY and vital.get("in_flight") else self._state
        return Beat(
            name=self.assignment.name,
            incarnation=self.assignment.incarnation,
            state=state,
            since=self._since,
            pid=os.getpid(),
            host=self._host,
            detail=self._detail,
            **vital,  # type: ignore[arg-type]
        )

    def _write_beat(self) -> None:
        try:
            os.write(self._pipe, self.beat().to_json().encode() + b"\n")
        except BlockingIOError:
            pass  # the supervisor is busy; the next beat tells it the same
        except OSError:
            self._parent_is_gone()

    async def _beat_to_supervisor(self) -> None:
        while True:
            self._write_beat()
            await asyncio.sleep(to_next_pulse(self.config.beat_every_s))

    async def _beat_on_bus(self) -> None:
        while True:
            self.silence.asked(time.monotonic())
            with contextlib.suppress(IfmemError):  # a silent bus kills nobody: the supervisor listens to the pipe
                await self.registry.beat(self.beat())
                self.silence.answered(time.monotonic())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(to_next_pulse(max(ON_BUS_EVERY_S, self.config.beat_every_s))):
                    await self.news.wait()
                await asyncio.sleep(NEWS_TOGETHER_S)
            self.news.clear()

    def _parent_is_gone(self) -> None:
        asyncio.get_running_loop().remove_reader(self._alive)
        if not self.stopping.is_set():
            log.warning("the supervisor is gone; leaving")
            self.stopping.set()

    async def return_claims(self) -> None:
        """Hand back what was not finished, blaming nobody."""
        with contextlib.suppress(BusLost):
            await until_bus_answers(lambda: self.hand_off.hand_back(self.seat, blame=False), give_up_after_s=1.0)
