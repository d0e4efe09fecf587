"""What every overseer of processes does alike: start, go on until told to stop, end in order, and fail loudly. A subclass says how."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.errors import Exit, IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.pulse import to_next_pulse
from ifmem.processes.running import log_tasks
from ifmem.stores.lock import AlreadyRunning, hold_lock, show_life

log = logging.getLogger("ifmem")
SHOWS_LIFE_EVERY_S = 1.0
SETTLE = "settle"  # the name of work beside that is worth waiting for at the end
SETTLE_WITHIN_S = 1.0
LOCK_MARGIN_S = 3.0  # a spawner that cleans up after a dead supervisor holds the lock for the grace and a moment


class Overseer:
    announcer: Announcer

    def __init__(self, config: Config, stopping: asyncio.Event) -> None:
        self.config = config
        self.stopping = stopping
        self._background: set[asyncio.Task[Any]] = set()
        self._failure: BaseException | None = None

    async def start(self) -> None:
        """Have everything run. Raises IfmemError if that cannot be."""

    async def stop(self) -> None:
        """End everything in order."""

    async def run(self) -> None:
        """Start everything, keep it alive until told to stop, end it in order. Raises IfmemError if it cannot start."""
        self.announcer.say(lifecycle.STARTING)
        try:
            await self.start()
            await self.stopping.wait()
        except IfmemError as error:
            await self.stop()
            self.announcer.say(lifecycle.FAILED, error)
            raise
        await self.stop()
        if self._failure is not None:
            failed = self.failed(self._failure)
            self.announcer.say(lifecycle.FAILED, failed)
            raise failed from self._failure
        self.announcer.say(lifecycle.STOPPED)

    def failed(self, failure: BaseException) -> IfmemError:
        """What to tell of a part that failed."""
        if isinstance(failure, IfmemError):
            return failure
        return IfmemError("the supervisor failed.", why=repr(failure), fix="See: ifmem logs supervisor")

    def go(self, work: Coroutine[Any, Any, Any], name: str = "") -> None:
        """Run something beside, to the end."""
        task = asyncio.create_task(work, name=name or None)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        """A part of the supervisor that fails takes the whole down, loudly: half a supervisor is worse than a restart."""
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
            log.error("the supervisor failed", exc_info=self._failure)
            self.stopping.set()

    async def end_background(self) -> None:
        """Give what is named SETTLE a moment to come to its end, and cut off the rest."""
        awaited = [task for task in self._background if task.get_name() == SETTLE]
        if awaited:
            await asyncio.wait(awaited, timeout=SETTLE_WITHIN_S)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


async def oversee(config: Config, overseer: Callable[[Config, asyncio.Event], Overseer]) -> None:
    """Run an overseer under the project's lock until it is told to stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if stopping.is_set():  # the second Ctrl-C: no more manners; the spawner ends what is left
            os._exit(int(Exit.INTERRUPTED))
        stopping.set()

    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGUSR1, log_tasks)
    with hold_lock(config.home, config.stop_grace_s + LOCK_MARGIN_S):
        living = asyncio.create_task(_live(config))
        try:
            await overseer(config, stopping).run()
        finally:
            living.cancel()


async def _live(config: Config) -> None:
    """A task of the one loop: a supervisor that is stuck shows no life (see `processes.standstill`)."""
    while True:
        show_life(config.home)
        await asyncio.sleep(to_next_pulse(SHOWS_LIFE_EVERY_S))


def log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def run_detached(role: str, work: Callable[[Config], Coroutine[Any, Any, None]]) -> int:
    """The program of a detached overseer: its configuration comes through standard input, what it has to say goes to its log."""
    from setproctitle import setproctitle

    from ifmem.processes.programs import received_config

    config = received_config()
    setproctitle(f"ifmem {role} {config.folder.name}")
    log_to_stderr()
    try:
        asyncio.run(work(config))
    except AlreadyRunning:
        log.info("another supervisor was faster; leaving")
        return int(Exit.DONE)
    except IfmemError as error:
        log.error("%s %s %s", error.what, error.why, error.fix)
        return int(error.exit_code)
    except Exception:
        log.exception("the supervisor failed")
        return int(Exit.DID_NOT_HAPPEN)
    return int(Exit.DONE)
