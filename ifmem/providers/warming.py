"""The pages of one provider as the warmth policy sees them: what it decided for each, and which is to be refreshed next.

The policy itself is `core.warmth_policy`; the task that acts on it is `processes.keeping_warm`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable

from ifmem.core import warmth_policy as policy
from ifmem.core.cache_rules import LIVES_S
from ifmem.core.findings import Usage
from ifmem.core.pages import Page
from ifmem.core.prices import Model
from ifmem.core.warmth_policy import WARM, PageWarmth
from ifmem.core.warmth_terms import LONG, SHORT, Terms, terms_of

Clock = Callable[[], float]
COLD_PAGE = PageWarmth()
BEFORE_THE_END_S = {SHORT: 20.0, LONG: 60.0}  # a refresh has to arrive while the entry lives


@runtime_checkable
class Warmable(Protocol):
    """A provider whose pages can be kept warm. `keeper` is None if they are not to be."""

    @property
    def keeper(self) -> Keeper | None: ...

    async def warm(self, page: Page, instructions: str, *, refresh: bool = False) -> Usage:
        """Write the page into the vendor's cache, or read it there so that it stays (`refresh`). Answers nothing.

        Raises IfmemError, OverBudget.
        """
        ...


class Sending:
    """One request for a page: `life` is the one to ask for. Say when its response has begun, and at the end what it used."""

    def __init__(
        self, life: str, begun: Callable[[], None] = lambda: None, used: Callable[[Usage], None] = lambda _: None
    ) -> None:
        self.life, self.begun, self.used = life, begun, used


class Keeper:
    """`dice` draws what the policy leaves to a draw."""

    def __init__(self, model: Model, clock: Clock = time.monotonic, dice: random.Random | None = None) -> None:
        self.clock = clock
        self.changed = asyncio.Event()
        self._model = model
        self._dice = dice or random.Random()
        self._pages: dict[str, PageWarmth] = {}
        self._busy = Counter[str]()

    def sending(self, page: Page) -> AbstractContextManager[Sending]:
        """While a question to this page is under way, nothing else needs to keep it warm."""
        before = self._page(page.digest)
        after = policy.asked(self._terms(page), before, self.clock(), self._dice.random())
        return self._under_way(page.digest, before, after)

    def refreshing(self, page: Page) -> AbstractContextManager[Sending]:
        before = self._page(page.digest)
        return self._under_way(page.digest, before, policy.refreshed(self._terms(page), before, self.clock()))

    def warm_pages(self) -> int:
        now = self.clock()
        return sum(warmth.state(now) == WARM for warmth in self._pages.values())

    def next_refresh(self) -> tuple[str, float] | None:
        """The digest of the page that is to be refreshed next, and when by this keeper's clock. A busy page is kept by being read."""
        due = [(at, page) for page, one in self._pages.items() if not self._busy[page] and (at := one.refresh_at)]
        return (min(due)[1], min(due)[0]) if due else None

    def let_go(self, digest: str) -> None:
        """Do not refresh it any more until it is asked again."""
        self._set(digest, policy.given_up(self._page(digest)))

    @contextmanager
    def _under_way(self, digest: str, before: PageWarmth, after: PageWarmth) -> Iterator[Sending]:
        def begun() -> None:
            if self._page(digest) is before:  # else another request has renewed it meanwhile
                self._set(digest, after)

        def used(usage: Usage) -> None:
            if not usage.cache_read and not usage.cache_write:
                self._set(digest, policy.lapsed(self._page(digest)))

        self._busy[digest] += 1
        try:
            yield Sending(after.life, begun, used)
        finally:
            self._busy[digest] -= 1
            self.changed.set()

    def _page(self, digest: str) -> PageWarmth:
        return self._pages.get(digest, COLD_PAGE)

    def _set(self, digest: str, warmth: PageWarmth) -> None:
        self._pages[digest] = warmth
        self.changed.set()

    def _terms(self, page: Page) -> Terms:
        lives_s = {life: whole - BEFORE_THE_END_S[life] for life, whole in LIVES_S.items()}
        return terms_of(self._model, page.tokens, lives_s)
