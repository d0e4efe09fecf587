"""The publisher: reads at home the sources of shards that other machines serve, and keeps their text and settings on the bus.

What is kept of such a shard is kept here as of any other, so that routing, the watcher and workers need no difference.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from ifmem import prompts
from ifmem.core import lifecycle
from ifmem.core.domains import Domain
from ifmem.core.hosting import invitation
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.loaded_text import stamp_of
from ifmem.processes.loader import load_beside
from ifmem.processes.loop import Program
from ifmem.processes.patience import until_bus_answers
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hosting import Hosting
from ifmem.stores.registry import Registry

LOOK_EVERY_S = 0.1
ASK_BUS_EVERY_S = 2.0
RENEW_EVERY_S = 3600.0


class Publisher(Program):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.hosting = Hosting(self.bus, self.keys)
        self.kept: dict[str, tuple[tuple[int, int] | None, Loaded]] = {}
        self.published: dict[str, str] = {}  # versions, by shard
        self.renewed_at = self.asked_at = 0.0

    async def boot(self) -> None:
        self.enter(lifecycle.LOADING)
        self.domains = prompts.domains(self.config)
        self.remote = [domain for domain in self.domains if domain.remote]
        for domain in self.remote:
            loaded = await load_beside(domain, self.domains, self.config, progress=self._progress)
            self.kept[domain.name] = (None, loaded)  # the first look opens it again: it may be newer by now
        await until_bus_answers(self._renew)

    def _progress(self, text: str) -> None:
        self.enter(lifecycle.LOADING, text)

    async def serve(self) -> None:
        while not self.stopping.is_set():
            with contextlib.suppress(BusLost):
                await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self.stopping.wait()

    async def _look(self) -> None:
        """Publish what was put down since, and everything again before it expires, or if the bus has lost it."""
        now = time.monotonic()
        if now - self.renewed_at > RENEW_EVERY_S:
            await self._renew()
        if now - self.asked_at > ASK_BUS_EVERY_S:
            self.published = {domain.name: await self._published(domain.name) for domain in self.remote}
            self.asked_at = now
        for domain in self.remote:
            if self.published[domain.name] != self._now(domain.name).manifest.version:
                await self._publish(domain)

    async def _published(self, name: str) -> str:
        """Which text of a shard the bus has whole; "" for none: pages are in no append-only file, and a server may evict them."""
        digests = {facts.digest for facts in self._now(name).manifest.files}
        return await self.hosting.text_version(name) if await self.registry.shares(digests) else ""

    async def _renew(self) -> None:
        for domain in self.remote:
            await self._publish(domain)
        self.renewed_at = time.monotonic()

    async def _publish(self, domain: Domain) -> None:
        loaded = self._now(domain.name)
        await self.hosting.invite(invitation(domain, self.config))
        await publish(loaded, self.registry, self.hosting)
        self.published[domain.name] = loaded.manifest.version

    def _now(self, name: str) -> Loaded:
        """What is kept of the shard now; what was, while not all of it is there yet."""
        stamp = stamp_of(self.config.pages / f"{name}.json")
        known, loaded = self.kept[name]
        if stamp and stamp != known and (newer := open_kept(name, self.config, before=loaded)):
            self.kept[name] = (stamp, newer)
        return self.kept[name][1]


async def publish(loaded: Loaded, registry: Registry, hosting: Hosting) -> None:
    """The pages first: the manifest names only what is there. What was left out, and why, stays at home. Raises BusLost."""
    pages = (*loaded.pages, *(layer.page for layer in loaded.layers))
    for page in {page.digest: page for page in pages}.values():
        await registry.share_page(page)
    await hosting.put_text(loaded.manifest.for_readers_elsewhere())
