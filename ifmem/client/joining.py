"""Serving shards of a set that is at home on another machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ifmem.client.running import DOWN_MARGIN_S, UP_WITHIN_S, Running
from ifmem.core import lifecycle
from ifmem.core.timeouts import limit_of
from ifmem.errors import Exit, IfmemError
from ifmem.stores.lock import is_locked, read_state

if TYPE_CHECKING:
    from ifmem.config import Config
    from ifmem.core.status import Status


class Joining(Running):
    """Shards of another machine's set are served here, in this folder's `.ifmem`; they need no file of the folder."""

    def join(
        self,
        shards: Sequence[str],
        *,
        timeout: float | None = None,
        foreground: bool = False,
        on_status: Callable[[Status], None] | None = None,
    ) -> Status:
        """Serve these shards, and wait until all of them are ready; `foreground` serves them in this process until stopped."""
        from ifmem.processes import launching
        from ifmem.processes.joining import invited

        self._must_be_trusted()
        self._must_have_a_server()
        config = self._run(invited(self.config, shards, self._connected()))
        launching.make_places(config)
        if foreground:
            return self._host(config)
        return launching.wait_until_ready(
            lambda: self._served(config),
            config,
            begin=lambda: launching.start(config),
            timeout_s=limit_of(timeout, UP_WITHIN_S),
            on_status=on_status,
        )

    def leave(self, *, timeout: float | None = None) -> bool:
        """Stop serving: questions in flight are finished or handed back. False if nothing was served here."""
        from ifmem.processes import launching

        if not (is_locked(self.config.home) and read_state(self.config.home).get("serves")):
            return False
        limit = limit_of(timeout, self.config.stop_grace_s + DOWN_MARGIN_S)
        return launching.stop(self.config, timeout_s=limit, kill=False)

    def _host(self, config: Config) -> Status:
        from ifmem.core.status import Status
        from ifmem.processes.joining import host
        from ifmem.processes.overseeing import log_to_stderr

        log_to_stderr()
        self._run(host(config))
        return Status(lifecycle.STOPPED, str(config.folder))

    def _served(self, config: Config) -> Status:
        """How the shards are that are served here."""
        from ifmem.core.status import Status

        here = read_state(config.home)
        if not is_locked(config.home):
            return Status(lifecycle.STOPPED, str(config.folder))
        _check_place(here, config)
        if here.get("state") != lifecycle.READY:
            return Status(lifecycle.STARTING, str(config.folder))
        status = self._observed()
        shards = tuple(replace(shard, remote=False) for shard in status.shards if shard.name in config.guests)
        return replace(status, state=lifecycle.state_of_set([one.state for one in shards]), shards=shards, processes=())

    def _must_have_a_server(self) -> None:
        if not self.config.redis_url:
            raise IfmemError(
                "which set is to be joined?",
                why="it is found by the server that it uses, and none is named",
                fix="IFMEM_REDIS_URL=rediss://user:password@host:port ifmem join SHARD",
                exit_code=Exit.USAGE,
            )


def _check_place(here: Mapping[str, Any], config: Config) -> None:
    """Raises IfmemError if what runs in this folder is something else than was asked for."""
    serves = here.get("serves")
    if serves is None:
        raise IfmemError(
            f"a set of its own runs in {config.folder}.",
            why="one folder serves its own set or another machine's shards, not both",
            fix=f"Choose another folder: ifmem join {' '.join(config.guests)} -C FOLDER",
        )
    if not set(config.guests) <= set(serves):
        everything = " ".join(dict.fromkeys((*serves, *config.guests)))
        raise IfmemError(
            f"{config.folder} serves {', '.join(serves)} already.",
            why="what is served in one folder is joined, and left, together",
            fix=f"ifmem leave; ifmem join {everything}",
        )
