"""What the supervisor tells the world: its view of the set on the bus, events in the journal, and its own state in a file for when
there is no bus to ask."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ifmem import __version__
from ifmem.config import Config
from ifmem.core import lifecycle
from ifmem.core.addresses import masked
from ifmem.core.keys import Keys
from ifmem.core.protocol import PROTOCOL
from ifmem.errors import IfmemError
from ifmem.processes.charge import Charge
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.process_table import birth_of
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.journal import Journal
from ifmem.stores.lock import write_state
from ifmem.stores.registry import Registry

log = logging.getLogger("ifmem")
RENEW_EVERY_S = 5.0
TOGETHER_S = 0.002  # changes that come together are written together
EVENTS_KEPT = 1000  # while the bus is away


class Announcer:
    """`distant` are the shards that other machines serve: shown with the others, but their incarnations are not ours to count."""

    renew_every_s = RENEW_EVERY_S

    def __init__(
        self,
        config: Config,
        bus: Bus,
        keys: Keys,
        charges: Mapping[str, Charge],
        distant: Mapping[str, Charge] = MappingProxyType({}),
    ) -> None:
        self.config = config
        self.registry = Registry(bus, keys)
        self.journal = Journal(bus, keys)
        self.charges = charges
        self.distant = distant
        self.changed = asyncio.Event()
        self.since = time.time()
        self.owner = f"{socket.gethostname()}:{config.folder} (supervisor {os.getpid()})"
        self._place = f"{socket.gethostname()}:{config.folder}"
        self._events: list[dict[str, Any]] = []
        self._state = lifecycle.STARTING
        self._took_over = False
        self.url = masked(bus.url)
        self._birth = birth_of(os.getpid())

    async def take_over(self) -> None:
        """Make sure that this namespace is ours to supervise, and go on counting incarnations. Raises IfmemError."""
        info = await self.registry.info()
        if protocol := info.get("protocol"):
            self._same_protocol(protocol, info.get("version", "?"))
        other = await self.registry.stay_alive(self._place)
        if other is not None:
            raise IfmemError(
                f"another set uses this bus: {other}.",
                why=f"both would answer each other's questions at {self.url}",
                fix="Give this one a namespace of its own: IFMEM_NAMESPACE=name ifmem up",
            )
        for name, incarnation in (await self.registry.incarnations()).items():
            if name in self.charges:
                self.charges[name].incarnation = incarnation
        self._took_over = True
        # Before anything is handed back: what an earlier supervisor's processes, perhaps still leaving, would claim of it is refused.
        await self.registry.count_on({name: charge.incarnation + 1 for name, charge in self.charges.items()})

    async def number(self, charge: Charge) -> int:
        """The incarnation that a process is to be born with."""
        return charge.incarnation + 1

    def _same_protocol(self, protocol: str, version: str) -> None:
        if protocol != str(PROTOCOL):
            raise IfmemError(
                f"the bus at {self.url} holds the data of ifmem {version}.",
                why=f"it speaks protocol {protocol}, ifmem {__version__} speaks {PROTOCOL}",
                fix="Install the same version everywhere, or use another namespace: IFMEM_NAMESPACE=name ifmem up",
            )

    async def run(self) -> None:
        """Write what changed when it changes, and everything again from time to time, so that a bus that lost it knows it again."""
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for: it can swallow a cancellation (Python 3.11).
                async with asyncio.timeout(self.renew_every_s):
                    await self.changed.wait()
                await asyncio.sleep(TOGETHER_S)
            self.changed.clear()
            await until_bus_answers(self._write)

    async def _write(self) -> None:
        await self.registry.stay_alive(self._place)
        await self.registry.announce(
            {
                "protocol": PROTOCOL,
                "version": __version__,
                "folder": str(self.config.folder),
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "since": self.since,
                "state": self._state,
            },
            {name: charge.status() for name, charge in (*self.charges.items(), *self.distant.items())},
            {name: charge.incarnation for name, charge in self.charges.items()},
        )
        await self._write_events()

    async def _write_events(self) -> None:
        while self._events:
            first = self._events[0]
            await self.journal.append("event", first)
            if self._events[0] is first:  # it may have had to make room meanwhile
                self._events.pop(0)

    def event(self, kind: str, charge: Charge, text: str, **more: Any) -> None:
        """Something happened to a process: into the log now, into the journal (and so the archive) as soon as the bus takes it."""
        log.info("%s", text)
        happened = {"at": time.time(), "kind": kind, "name": charge.name, "incarnation": charge.incarnation}
        self._events = [*self._events[-EVENTS_KEPT:], {**happened, "text": text, **more}]
        self.changed.set()

    def bus_trouble(self, reason: str) -> None:
        """The bus is gone (or back, with no reason): said in the file, since the bus cannot be asked."""
        error = IfmemError(reason, fix="ifmem logs bus") if reason else None
        self.say("degraded" if reason else lifecycle.READY, error)
        self._events.append({"at": time.time(), "kind": "bus", "name": "bus", "text": reason or "the bus is back"})
        self.changed.set()

    def say(self, state: str, error: IfmemError | None = None) -> None:
        """Write the supervisor's own state beside its lock."""
        self._state = state
        with contextlib.suppress(IfmemError):  # a full disk must not end a set that runs
            write_state(self.config.home, self._document(state, error))

    def _document(self, state: str, error: IfmemError | None) -> dict[str, Any]:
        return {
            "state": state,
            "pid": os.getpid(),
            "birth": self._birth,
            "since": self.since,
            "protocol": PROTOCOL,
            "version": __version__,
            "bus": self.url,
            "error": error.to_dict() if error else None,
        }

    async def leave(self) -> None:
        """What another set has said on this bus stays, where this one was refused."""
        if not self._took_over:
            return
        with contextlib.suppress(BusLost):
            await self._write_events()
            await self.registry.leave()
