"""A shard's pages kept in the vendor's cache: waits until the policy wants one refreshed, and refreshes it.

What cannot be refreshed, for want of money or because the vendor refuses, lapses: its next question writes it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from ifmem.core.findings import PageUse
from ifmem.core.pages import Page
from ifmem.errors import IfmemError
from ifmem.providers.warming import Keeper, Warmable

log = logging.getLogger("ifmem")
# This machine slept, or was too busy: the vendor may have dropped the page, and reading it would write it.
TOO_LATE_S = 15.0


class Present(Mapping[str, Page]):
    """A shard's pages by their digest, whatever they are at the moment."""

    def __init__(self, pages: Callable[[], Sequence[Page]]) -> None:
        self._pages = pages

    def __getitem__(self, digest: str) -> Page:
        for page in self._pages():
            if page.digest == digest:
                return page
        raise KeyError(digest)

    def __iter__(self) -> Iterator[str]:
        return (page.digest for page in self._pages())

    def __len__(self) -> int:
        return len(self._pages())


async def warm_all(provider: Warmable, pages: Sequence[Page], instructions: str) -> tuple[PageUse, ...]:
    """Every page, one after the other, and how each was found. Raises IfmemError, OverBudget where it cannot go on."""
    uses = []
    for page in pages:
        usage = await provider.warm(page, instructions)
        cache = "warm" if usage.cache_read else "cold" if usage.cache_write else "none"
        uses.append(PageUse(page.digest, cache, page.tokens))
    return tuple(uses)


async def keep_warm(provider: Warmable, pages: Mapping[str, Page], instructions: str) -> None:
    """For as long as the shard serves. `pages` by their digest."""
    keeper = provider.keeper
    while keeper is not None:
        await _until_due(keeper)
        await refresh_due(provider, pages, instructions)


async def refresh_due(provider: Warmable, pages: Mapping[str, Page], instructions: str) -> None:
    """Refresh every page whose time has come."""
    keeper = provider.keeper
    assert keeper is not None
    while (due := keeper.next_refresh()) is not None and due[1] <= keeper.clock():
        digest, at = due
        page = pages.get(digest)
        if page is None or keeper.clock() - at > TOO_LATE_S:  # None: it was frozen anew meanwhile
            keeper.let_go(digest)
            continue
        try:
            await provider.warm(page, instructions, refresh=True)
        except IfmemError as error:
            log.info("page %s is left to lapse: %s %s", digest[:12], error.what, error.why)
            keeper.let_go(digest)


async def _until_due(keeper: Keeper) -> None:
    while True:
        keeper.changed.clear()
        due = keeper.next_refresh()
        left = None if due is None else due[1] - keeper.clock()
        if left is not None and left <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await keeper.changed.wait()
