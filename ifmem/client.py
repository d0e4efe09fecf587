"""The front door: `Memory` asks, starts, stops and tells how things are. Every surface uses it; it is also the Python API.

    from ifmem import Memory

    with Memory("path/to/project") as memory:
        memory.up()
        print(memory.ask("Where is the SSH configuration validated?").answer)

Synchronous over the processes' asynchronous bus. Errors are `ifmem.errors.IfmemError`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ifmem.config import Config, load
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.records import Answer, Finding, Query
from ifmem.core.status import Status
from ifmem.errors import Exit, IfmemError
from ifmem.processes.asking import Asking, OnProgress, new_query
from ifmem.processes.observing import observe, same_protocol
from ifmem.stores.bus import Bus, BusLost
from ifmem.stores.bus_server import bus_url
from ifmem.stores.lock import is_locked, read_state
from ifmem.stores.registry import Registry

if TYPE_CHECKING:
    from ifmem.core.manifest import Manifest

T = TypeVar("T")
UP_WITHIN_S = 600.0
DOWN_MARGIN_S = 10.0  # on top of the grace: the archivist, the bus and the spawner leave after the others


class Memory:
    """The memory of one folder. Not to be shared between threads: make one in each."""

    def __init__(
        self, folder: Path | str | None = None, *, redis_url: str | None = None, namespace: str | None = None
    ) -> None:
        self.config: Config = load(folder, options={"redis_url": redis_url, "namespace": namespace})
        self._runner = asyncio.Runner()
        self._bus: Bus | None = None

    # Asking

    def ask(
        self,
        question: str,
        *,
        shards: Sequence[str] = (),
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Answer:
        """Ask and wait for the answer, at most `timeout` seconds. An answer the corpus does not support has `found` false."""
        query = self._new_query(question, shards, timeout)
        return self._run(self._asking().ask(query, on_progress), needs_set=True)

    def submit(self, question: str, *, shards: Sequence[str] = (), timeout: float | None = None) -> str:
        """Ask without waiting; returns the id that `answer` takes."""
        query = self._new_query(question, shards, timeout)
        self._run(self._asking().submit(query), needs_set=True)
        return query.id

    def answer(self, query_id: str, *, timeout: float | None = None, on_progress: OnProgress | None = None) -> Answer:
        """The answer to a question asked earlier, from the bus or the archive, waiting for it if it is still worked on."""
        if self.config.redis_url or is_locked(self.config.home):
            if not self._run(self._bus_answers()) and (archived := self._archived(query_id)):
                return archived  # no need to wait for the bus
            deadline = time.time() + (timeout or self.config.ask_timeout_s)
            if found := self._run(self._asking().answer(query_id, deadline, on_progress)):
                return found
        if archived := self._archived(query_id):
            return archived
        raise IfmemError(
            f"there is no question {query_id!r}.", why="neither the bus nor the archive knows it", fix="ifmem findings"
        )

    def _archived(self, query_id: str) -> Answer | None:
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.answer(query_id) if archive else None

    def _new_query(self, question: str, shards: Sequence[str], timeout: float | None) -> Query:
        known = (
            self.shard_names if shards else ()
        )  # reading the prompts takes a while, and is needed only to check names
        return new_query(question, shards, known, timeout or self.config.ask_timeout_s)

    @cached_property
    def shard_names(self) -> tuple[str, ...]:
        from ifmem import prompts

        return tuple(domain.name for domain in prompts.domains(self.config))

    # The set

    def status(self) -> Status:
        """How everything is. Does not raise when nothing runs: the state is `stopped` then."""
        return self._run(observe(self.config, self._connected()))

    def up(
        self,
        *,
        wait: bool = True,
        timeout: float | None = None,
        foreground: bool = False,
        shards: Sequence[str] = (),
        on_status: Callable[[Status], None] | None = None,
    ) -> Status:
        """Start what is not running, and wait until all of it is ready. `foreground` supervises in this process until stopped."""
        from ifmem.processes import launching

        config = self._only(shards)
        launching.check_folder(config)
        status = launching.settled(self.status, config)
        if status.state == lifecycle.UNREACHABLE and config.redis_url:
            self._run(self._reach())
        running = status.state not in (lifecycle.STOPPED, lifecycle.UNREACHABLE)
        if running and not wait:
            return status
        if foreground and not running:
            return self._supervise(config)
        if not wait:
            launching.start(config)
            return self.status()
        return launching.wait_until_ready(
            self.status,
            config,
            begin=lambda: launching.start(config),
            timeout_s=timeout or UP_WITHIN_S,
            on_status=on_status,
        )

    def _supervise(self, config: Config) -> Status:
        from ifmem.processes.supervisor import log_to_stderr, supervise

        log_to_stderr()
        self._run(supervise(config))
        return self.status()

    def _only(self, names: Sequence[str]) -> Config:
        """The configuration with all shards but the named ones switched off."""
        if unknown := [name for name in names if name not in self.shard_names]:
            raise IfmemError(
                f"there is no shard {unknown[0]!r}.",
                why=f"the shards are: {', '.join(self.shard_names)}",
                fix="Name one of them, or leave --shards out",
                exit_code=Exit.USAGE,
            )
        others = [name for name in self.shard_names if names and name not in names]
        tables = {name: {**self.config.shards.get(name, {}), "enabled": False} for name in others}
        return replace(self.config, shards={**self.config.shards, **tables})

    def down(self, *, timeout: float | None = None, kill: bool = False) -> bool:
        """Stop everything in order; what was learned stays. False if nothing was running."""
        from ifmem.processes import launching

        limit = timeout or self.config.stop_grace_s + DOWN_MARGIN_S
        return launching.stop(self.config, timeout_s=limit, kill=kill)

    def restart(self, shards: Sequence[str] = (), *, timeout: float | None = None) -> Status:
        """Restart shards (or, with none named, every process), also those that had failed, and wait until all are ready."""
        from ifmem.processes import launching

        before = self.status()
        known = [process.name for process in (*before.shards, *before.processes)]
        if unknown := [name for name in shards if name not in known]:
            raise IfmemError(
                f"there is no process {unknown[0]!r}.",
                why=f"running are: {', '.join(known)}",
                fix="ifmem status",
                exit_code=Exit.USAGE,
            )
        lives = {process.name: process.incarnation for process in (*before.shards, *before.processes)}
        waiting = set(shards or known)
        registry = Registry(self._connected(), Keys(self.config.namespace))
        self._run(registry.order({"op": "restart", "names": sorted(waiting)}), needs_set=True)

        def look() -> Status:
            status = self.status()
            reborn = {p.name for p in (*status.shards, *status.processes) if p.incarnation > lives.get(p.name, -1)}
            return status if waiting <= reborn else replace(status, state=lifecycle.STARTING, shards=(), processes=())

        limit = timeout or UP_WITHIN_S
        return launching.wait_until_ready(look, self.config, begin=None, timeout_s=limit, on_status=None)

    # What has been remembered

    def findings(self, *, limit: int = 50, shard: str | None = None, search: str | None = None) -> list[Finding]:
        """The newest findings first, from the archive."""
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.findings(limit, shard=shard, search=search) if archive else []

    def events(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """What happened to the processes, newest first, from the archive."""
        from ifmem.stores.archive import Archive

        with Archive.reading(self.config.archive) as archive:
            return archive.events(limit) if archive else []

    def corpus(self) -> list[Manifest]:
        """What each shard holds, and what was left out and why."""
        from ifmem.stores.page_files import read_manifest

        found = (read_manifest(self.config.pages, name) for name in self.shard_names)
        return [manifest for manifest in found if manifest is not None]

    # The connection

    def _connected(self) -> Bus:
        if self._bus is None:
            self._bus = Bus(bus_url(self.config))
        return self._bus

    def _asking(self) -> Asking:
        return Asking(self._connected(), Keys(self.config.namespace))

    def _run(self, work: Coroutine[Any, Any, T], *, needs_set: bool = False) -> T:
        if needs_set:
            try:
                self._must_run()
            except BaseException:
                work.close()
                raise
        return self._runner.run(work)

    def _must_run(self) -> None:
        if not self.config.redis_url and is_locked(self.config.home):
            same_protocol(read_state(self.config.home))  # its supervisor lives; the bus need not be asked
            return
        status = self._runner.run(observe(self.config, self._connected()))
        if status.state == lifecycle.STOPPED:
            raise IfmemError(
                f"ifmem is not running in {self.config.folder}.",
                why=status.reason,
                fix="Start it: ifmem up",
                exit_code=Exit.NOTHING_RUNNING,
            )
        if status.state == lifecycle.UNREACHABLE and self.config.redis_url:
            self._runner.run(self._reach())

    async def _bus_answers(self) -> bool:
        try:
            await self._connected().call("PING")
        except BusLost:
            return False
        return True

    async def _reach(self) -> None:
        """Somebody else's server has to answer before anything can go on; ours is being restarted and is worth waiting for."""
        try:
            await self._connected().call("PING")
        except BusLost as error:
            origin = self.config.origins["redis_url"]
            raise IfmemError(error.what, why=f"{error.why}; the address is from {origin}", fix=error.fix) from None

    def close(self) -> None:
        """Let go of the connection. The set goes on."""
        if self._bus is not None:
            self._runner.run(self._bus.close())
            self._bus = None
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
