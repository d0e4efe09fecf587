"""The archive as the coordinator sees it: which librarians may have what the live shards have not."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.follow_ups import searchable
from ifmem.core.keys import Keys
from ifmem.core.librarians import names
from ifmem.core.queries import Query
from ifmem.core.routing import choose
from ifmem.processes.route import Router
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.librarians import Librarians


class Consulting:
    """`names` are all librarians; none, and nobody is consulted."""

    def __init__(self, config: Config, bus: Bus, keys: Keys) -> None:
        self.names = names(config.librarians)
        self._margin = config.margin
        self._router = Router(config, self.names)
        self._librarians = Librarians(bus, keys, config.librarian_quota)

    def asked(self, query: Query) -> tuple[Query, tuple[str, ...]]:
        """The question as librarians are asked it, and those worth asking: none, if none of them holds any of its words."""
        route = self._router.route(searchable(query.question, query.history))
        worth = choose(route.scores, self._margin)
        pages = tuple(page for name in worth for page in route.pages.get(name, ()))
        return replace(query, weights=route.weights, levels=route.levels, pages=pages), worth

    async def announce(self, query: Query, asked: tuple[str, ...]) -> None:
        with contextlib.suppress(BusLost):  # the question itself goes through the queues
            await self._librarians.announce(query, asked)
