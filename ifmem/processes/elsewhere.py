"""Shards that other machines serve, as their home's supervisor sees them: by what their hosts say on the bus.

A host looks after its processes itself. What it cannot tell is that it is gone, or cut off: then its shard is lost. Its incarnation is
made one of the past, so that nothing it may still send counts, and what it held goes back to the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.domains import Domain
from ifmem.core.hosting import Presence
from ifmem.core.keys import BEAT_TTL_S
from ifmem.core.remote_shards import FREE, LEFT, OUTDATED, SERVED, SILENT, Watched, verdict
from ifmem.core.status import ProcessStatus
from ifmem.errors import IfmemError
from ifmem.processes.announcing import Announcer
from ifmem.processes.charge import Charge
from ifmem.processes.inheritance import Inheritance
from ifmem.processes.overseeing import SETTLE
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hand_off import Seat
from ifmem.stores.hosting import Hosting

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 0.25
PAUSED_S = 1.0  # looking this late means that we, or the bus, were away: that time is nobody's silence


@dataclass
class Distant(Charge):
    """A remote shard. `at` is the last sign of life that its host gave ("": none so far), `heard_at` when that was, monotonic.
    Incarnations before `counts_from` do not count any more."""

    at: str = ""
    owner: str = ""
    heard_at: float = 0.0
    given_up: bool = False
    counts_from: int = 0
    said: ProcessStatus | None = None

    @property
    def watched(self) -> Watched:
        return Watched(self.at, self.heard_at, self.state, self.given_up, self.counts_from)

    def status(self) -> ProcessStatus:
        return replace(
            self.said or super().status(),
            number=self.number,
            name=self.name,
            state=self.state,
            reason=self.reason,
            fix=self.fix,
            incarnation=self.incarnation,
            since=self.since,
            remote=True,
        )


def distant(domains: tuple[Domain, ...]) -> dict[str, Distant]:
    """The remote ones among the shards, none of them served yet."""
    return {domain.name: Distant("shard", domain.name, domain.number) for domain in domains if domain.remote}


class Elsewhere:
    """`go` runs something beside; what is named SETTLE is worth waiting for at the end."""

    def __init__(
        self,
        config: Config,
        shards: Mapping[str, Distant],
        announcer: Announcer,
        inheritance: Inheritance,
        hosting: Hosting,
        go: Callable[[Coroutine[Any, Any, Any], str], None],
    ) -> None:
        self.config = config
        self.shards = shards
        self.announcer = announcer
        self.inheritance = inheritance
        self.hosting = hosting
        self._go = go
        self._looked_at = time.monotonic()
        for shard in shards.values():
            self._wait_for_host(shard, "no machine serves it yet")

    async def refuse_strangers(self, shards: Iterable[str]) -> None:
        """Raises IfmemError if another machine serves one of these, which are no longer remote."""
        for name, presence in (await self.hosting.hosts(shards)).items():
            if presence.owner:
                raise IfmemError(
                    f"{name} is served by another machine: {presence.owner}.",
                    why=f"here it is not remote (any more), and two would answer each other's questions at {self.announcer.url}",
                    fix=f"There: ifmem leave    or here, in ifmem.toml: [shards.{name}] remote = true",
                )

    async def look_after(self) -> None:
        """Hear the hosts for as long as there are shards of this kind."""
        while self.shards:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Hear what the hosts say now."""
        if self.shards:
            with contextlib.suppress(BusLost):
                self._look(await self.hosting.hosts(self.shards), time.monotonic())

    def _look(self, present: Mapping[str, Presence], now: float) -> None:
        late_s = now - self._looked_at - LOOK_EVERY_S
        self._looked_at = now
        for shard in self.shards.values():
            if not shard.heard_at:
                shard.heard_at = now
            elif late_s > PAUSED_S:
                shard.heard_at += late_s
            presence = present.get(shard.name)
            found = verdict(shard.watched, presence, now, self.config.lost_after_s, BEAT_TTL_S)
            silent_s = now - shard.heard_at
            if presence and presence.at != shard.at:
                shard.at, shard.heard_at = presence.at, now
            self._heed(shard, found, presence, silent_s)

    def _heed(self, shard: Distant, found: str, presence: Presence | None, silent_s: float) -> None:
        """Act on a verdict of `core.remote_shards`."""
        if presence and found == SERVED:
            self._hear(shard, presence)
        elif found == OUTDATED:
            self._go(self._count_on_fence(shard), "")
        elif found == LEFT:
            self._leave(shard)
        elif found == SILENT:
            self._give_up(shard, silent_s)
        elif found == FREE:
            self._wait_for_host(shard, f"{shard.owner} has not been heard again")

    def _hear(self, shard: Distant, presence: Presence) -> None:
        said, before = presence.said, shard.said
        if before is None or shard.given_up or said.incarnation != before.incarnation:
            log.info("%s is served at %s (incarnation %d)", shard.name, presence.owner, said.incarnation)
        serves = said.state in lifecycle.SERVING
        if serves and (shard.state not in lifecycle.SERVING or said.incarnation != shard.incarnation):
            self.announcer.event("ready", replace(shard, incarnation=said.incarnation), f"{shard.name} is ready")
        news = said.state != shard.state or said != before
        shard.said, shard.owner, shard.given_up = said, presence.owner, False
        shard.incarnation = said.incarnation
        shard.enter(said.state, said.reason, said.fix)
        if news:
            self.announcer.changed.set()

    async def _count_on_fence(self, shard: Distant) -> None:
        """A host that serves on does not know yet that it was given up, and never will if the bus has lost what counts. The next sign of
        life brings another try."""
        with contextlib.suppress(BusLost):
            await self.announcer.registry.count_at_least(shard.name, shard.counts_from)

    def _leave(self, shard: Distant) -> None:
        """Its host has handed back what it held."""
        if not shard.given_up:
            self.announcer.event("left", shard, f"{shard.owner or 'its host'} no longer serves {shard.name}")
        shard.given_up = True
        self._wait_for_host(shard, "the machine that served it has left")

    def _wait_for_host(self, shard: Distant, why: str) -> None:
        url = self.announcer.url
        space = f"IFMEM_NAMESPACE={self.config.namespace} " if self.config.namespace else ""
        fix = f"On another machine: IFMEM_REDIS_URL={url} {space}ifmem join {shard.name}"
        shard.said = None
        shard.enter(lifecycle.WAITING, f"waiting for a host: {why}", fix)
        self.announcer.changed.set()

    def _give_up(self, shard: Distant, silent_s: float) -> None:
        """One that was never heard may still hold something of an earlier home's time."""
        shard.given_up = True
        if shard.at:
            said = f"lost: {shard.owner} is silent for {silent_s:.1f} s"
            shard.enter(lifecycle.LOST, said, f"Is that machine up, and does it reach {self.announcer.url}?")
            self.announcer.event("lost", shard, f"{shard.name} {said}")
        self._go(self._settle(shard), SETTLE)

    async def restart(self, shard: Distant) -> None:
        """Its host forks it anew once it finds that it does not count any more."""
        self.announcer.event("restart", shard, f"{shard.name}: restart asked for")
        await self._settle(shard)

    async def _settle(self, shard: Distant) -> None:
        registry, hand_off = self.announcer.registry, self.inheritance.hand_off
        fence = await until_bus_answers(lambda: registry.next_incarnation(shard.name, shard.incarnation))
        shard.counts_from = fence
        for name, incarnation in await until_bus_answers(hand_off.abandoned):
            if name == shard.name and incarnation < fence:
                await self._hand_back(shard, Seat(name, incarnation, shard.seat.label))

    async def _hand_back(self, shard: Distant, seat: Seat) -> None:
        """Nobody is to blame for a network that was cut."""
        back, dead = await until_bus_answers(lambda: self.inheritance.settle(seat, blame=False))
        if back or dead:
            text = f"{seat.worker} held {len(back) + len(dead)}: {len(back)} handed back, {len(dead)} given up"
            self.announcer.event("handed back", shard, text, queries=back, dead=dead)
