"""The way from a server, which is asynchronous, to the client, which is not: threads that have a connection each.

Nothing is imported or connected before the first call, so that a host gets its answer to `initialize` at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.status import Status

T = TypeVar("T")
Say = Callable[[str], None]
AT_ONCE = 8
START_WITHIN_S = 40.0  # clients give a call 60 s


class Access:
    """The memory of one folder. `may_start`: a set that does not run is started when a call needs it."""

    def __init__(
        self, folder: Path, *, redis_url: str | None = None, namespace: str | None = None, may_start: bool = True
    ) -> None:
        self._options = {"redis_url": redis_url, "namespace": namespace}
        self._folder = folder
        self._may_start = may_start
        self._starting = threading.Lock()
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="memory")

    async def use(self, work: Callable[[Memory], T], say: Say = lambda _: None) -> T:
        """The result of `work` in a thread of its own. `say` hears of a set that is being started. Raises IfmemError."""
        return await asyncio.wrap_future(self.begin(work, say))

    async def look(self, work: Callable[[Memory], T]) -> T:
        """The same, but a set that does not run is not started for it."""
        return await asyncio.wrap_future(self._threads.submit(lambda: work(self._mine())))

    def begin(self, work: Callable[[Memory], T], say: Say = lambda _: None) -> Future[T]:
        """Have `work` done without waiting for it: it goes on after the call that began it."""
        return self._threads.submit(self._work, work, say)

    def _work(self, work: Callable[[Memory], T], say: Say) -> T:
        memory = self._mine()
        try:
            return work(memory)
        except IfmemError as error:
            if error.exit_code is not Exit.NOTHING_RUNNING or not self._may_start:
                raise
        with self._starting:
            memory.up(timeout=START_WITHIN_S, on_status=lambda status: say(_loading(status)))
        return work(memory)

    def _mine(self) -> Memory:
        if not hasattr(self._own, "memory"):
            from ifmem.client import Memory

            self._own.memory = Memory(self._folder, **self._options)
        memory: Memory = self._own.memory
        return memory


def _loading(status: Status) -> str:
    ready = sum(shard.state in ("ready", "busy") for shard in status.shards)
    return f"starting: {ready} of {len(status.shards)} shards ready" if status.shards else "starting"
