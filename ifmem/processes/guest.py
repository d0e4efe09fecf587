"""A guest: a shard of another machine's set that is served here. It has no sources; its text comes over the bus, changes too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from ifmem.core.domains import Domain
from ifmem.errors import IfmemError
from ifmem.processes.kept import Loaded
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.receiving import Receiver, kept_here
from ifmem.processes.shard import Shard
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hosting import Hosting

log = logging.getLogger("ifmem")
LOOK_EVERY_S = 0.1  # for its first text
FOLLOW_EVERY_S = 0.3  # a change at home is to be answered from here within a second
FULL_AGAIN_S = 5.0


class Guest(Shard):
    async def _loaded(self, domains: Sequence[Domain]) -> Loaded:
        hosting = Hosting(self.bus, self.keys)
        self.receiver = Receiver(self.domain.name, self.config, hosting, self.registry)
        kept = kept_here(self.domain.name, self.config)
        if kept and (not self.assignment.fresh or await until_bus_answers(lambda: self._is_current(kept))):
            return kept
        while (received := await until_bus_answers(lambda: self.receiver.receive(kept, self._progress))) is None:
            self._progress("waiting for its text from home")
            await asyncio.sleep(LOOK_EVERY_S)
        return received

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (*super().beside(), self._follow_home())

    async def _follow_home(self) -> None:
        """Put down what home has published since; the next look takes it over."""
        while True:
            await asyncio.sleep(FOLLOW_EVERY_S)
            try:
                if not await self._is_current(self._now.loaded):
                    await self.receiver.receive(self._now.loaded)
            except BusLost:
                pass
            except IfmemError as error:  # a full disk: the text that is here goes on answering
                log.warning("%s %s", error.what, error.why)
                await asyncio.sleep(FULL_AGAIN_S)

    async def _is_current(self, loaded: Loaded) -> bool:
        return await self.receiver.is_current(loaded.manifest.version)

    async def _share(self, *, with_pages: bool) -> None:
        """The pages are on the bus already: they came from there."""
        await super()._share(with_pages=False)
