"""Starting, watching and stopping a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ifmem.client.connection import Connection
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.keys import Keys
from ifmem.core.timeouts import limit_of
from ifmem.core.worker_names import is_worker
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.core.findings import Finding
    from ifmem.core.status import Status

UP_WITHIN_S = 600.0
DOWN_MARGIN_S = 10.0  # on top of the grace: the archivist, the bus and the spawner leave after the others


class Running(Connection):
    """The set is started, watched, restarted and stopped."""

    def status(self) -> Status:
        """How everything is. Does not raise when nothing runs: the state is `stopped` then."""
        status = self._observed()
        if not any("provider" in table for table in self.config.shards.values()):
            return status
        from ifmem.processes.partners import with_partners

        return with_partners(status, self.config)

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

        self._must_be_trusted()
        config = self._only(shards)
        launching.check_folder(config)
        status = launching.settled(self.status, config)
        if status.state == lifecycle.HUNG:
            launching.end_hung(config)
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
            self._observed,
            config,
            begin=lambda: launching.start(config),
            timeout_s=limit_of(timeout, UP_WITHIN_S),
            on_status=on_status,
        )

    def warm(self, *, timeout: float | None = None) -> list[Finding]:
        """Have every shard read its pages into the vendor's cache, ahead of the first question; what each says of its pages. That costs
        what `plan` tells. Shards that need no model have nothing to do."""
        from ifmem.processes.warming_ahead import warm_ahead

        shards, within_s = self.status().shards, limit_of(timeout, self.config.load_timeout_s)
        return self._run(warm_ahead(self._asking().inquiries, shards, within_s), needs_set=True)

    def _supervise(self, config: Config) -> Status:
        from ifmem.processes.overseeing import log_to_stderr
        from ifmem.processes.supervisor import supervise

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

        limit = limit_of(timeout, self.config.stop_grace_s + DOWN_MARGIN_S)
        return launching.stop(self.config, timeout_s=limit, kill=kill)

    def restart(self, shards: Sequence[str] = (), *, timeout: float | None = None) -> Status:
        """Restart shards (or, with none named, every process), also those that had failed, and wait until all are ready."""
        from ifmem.processes import launching

        before = self.status()
        waiting = _to_restart(before, shards)
        from ifmem.stores.registry import Registry

        lives = {process.name: process.incarnation for process in (*before.shards, *before.processes)}
        registry = Registry(self._connected(), Keys(self.config.namespace))
        self._run(registry.order({"op": "restart", "names": sorted(waiting)}), needs_set=True)

        def look() -> Status:
            status = self._observed()
            reborn = {p.name for p in (*status.shards, *status.processes) if p.incarnation > lives.get(p.name, -1)}
            told = waiting <= reborn or status.state == lifecycle.HUNG
            return status if told else replace(status, state=lifecycle.STARTING, shards=(), processes=())

        limit = limit_of(timeout, UP_WITHIN_S)
        return launching.wait_until_ready(look, self.config, begin=None, timeout_s=limit, on_status=None)


def _to_restart(status: Status, names: Sequence[str]) -> set[str]:
    """The processes of these names, or all. Raises IfmemError for a name that nobody has, and for a shard that no machine serves."""
    known = {one.name: one for one in (*status.shards, *status.processes) if not is_worker(one.name)}
    if unknown := [name for name in names if name not in known]:
        raise IfmemError(
            f"there is no process {unknown[0]!r}.",
            why=f"running are: {', '.join(known)}",
            fix="ifmem status",
            exit_code=Exit.USAGE,
        )
    unserved = [one for one in known.values() if one.remote and one.state in (lifecycle.WAITING, lifecycle.LOST)]
    for one in unserved:
        if one.name in names:
            raise IfmemError(f"{one.name} cannot be restarted.", why=one.reason, fix=one.fix)
    return set(names) or known.keys() - {one.name for one in unserved}
