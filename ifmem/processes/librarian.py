"""A librarian: answers from archived findings and sessions when the live shards have nothing. Its purse keeps its quota of calls a day.

Questions come through its queue like a shard's, pushed by the coordinator or asked by anybody on `channel:queries`. Whatever it finds is
also told on `channel:responses`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.core import lifecycle
from ifmem.core.citations import verify
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.librarians import number_of, requested
from ifmem.core.overlays import View
from ifmem.core.passages import Hit
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.processes.claimant import Claimant
from ifmem.processes.drafting import Draft
from ifmem.processes.in_time import in_time
from ifmem.processes.loaded_text import LoadedText, ShardText
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.purse import BusPurse
from ifmem.processes.quota_purse import QuotaPurse
from ifmem.processes.shelf import Shelf, items_on, load_shelf
from ifmem.providers.contract import Provider, Request
from ifmem.providers.extractive import Extractive
from ifmem.providers.librarian_choice import librarian_domain, librarian_provider
from ifmem.providers.numbered_failures import UsedUp
from ifmem.providers.spending import OverBudget
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hand_off import Claim
from ifmem.stores.index import Index
from ifmem.stores.inquiries import Busy
from ifmem.stores.librarians import Librarians

STAND_EVERY_S = 5.0
LOOK_EVERY_S = 2.0
SECOND_HAND = "from archived findings, which are second-hand: look at them with ifmem finding ID"


class Librarian(Claimant):
    shelf: Shelf | None = None
    quota_left: int | None = None  # when it was last looked at
    provider: Provider

    async def boot(self) -> None:
        self.enter(lifecycle.LOADING)
        self.number = number_of(self.assignment.name)
        self.domain = librarian_domain(self.assignment.name, prompts.instructions("librarian"), self.config)
        self.librarians = Librarians(self.bus, self.keys, self.config.librarian_quota)
        self._take_over(await asyncio.to_thread(load_shelf, self.number, self.config))
        money = BusPurse(self.bus, self.keys, self.config, self.assignment.name)
        self.purse = QuotaPurse(money, self.librarians, self.number, self.config.librarians)
        self.extractive: Provider = Extractive(self._search)
        self.provider = librarian_provider(self.domain, self.config, self._search, self.purse)

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (self._stand(), self._look_at_shelf(), self._hear_requests())

    def _take_over(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.text = LoadedText(self.config, (), ShardText(View(shelf.pages, ()), shelf.index_path))
        self.index = Index(shelf.index_path)

    def _search(self, weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None) -> list[Hit]:
        return self.index.search(weights, limit=limit, pages=pages)

    async def _look_at_shelf(self) -> None:
        """Take over what `ifmem archive` has put on the shelf."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            assert self.shelf is not None
            if await asyncio.to_thread(items_on, self.number, self.config) != self.shelf.items:
                self._take_over(await asyncio.to_thread(load_shelf, self.number, self.config))
                self.news.set()

    async def _stand(self) -> None:
        while True:
            with contextlib.suppress(BusLost):
                await self._say(lifecycle.BUSY if self.working else lifecycle.READY)
            await asyncio.sleep(STAND_EVERY_S)

    async def _say(self, state: str) -> None:
        tokens = self.shelf.tokens if self.shelf else 0
        self.quota_left = await self.librarians.stand(self.number, state, tokens)

    async def _hear_requests(self) -> None:
        """Take what others than the coordinator ask on the channel into the queue."""
        while True:
            try:
                async with self.bus.subscribed(self.keys.channel_queries) as published:
                    async for text in published:
                        if query := requested(text, time.time(), self.config.ask_timeout_s):
                            with contextlib.suppress(Busy):
                                await self.inquiries.ask(query, self.seat.label)
            except BusLost:
                await until_bus_answers(lambda: self.bus.call("PING"))

    async def work(self, query: Query, claim: Claim) -> None:
        started = time.perf_counter()
        found = await self._answer_in_time(query)
        duration_ms = round((time.perf_counter() - started) * 1000, 3)
        finding = replace(found, attempts=claim.attempts, duration_ms=duration_ms)
        durable = query.type == "query"
        await self.store(lambda: self.hand_off.finish(self.seat, finding, durable=durable))
        with contextlib.suppress(BusLost):  # whoever asked through a queue has the finding
            await self.librarians.respond(finding)

    async def _answer_in_time(self, query: Query) -> Finding:
        try:
            return await in_time(
                query,
                self.domain.name,
                self.provider.name,
                lambda left: self._answer(query, left),
                lambda **error: self._finding(query, **error),
                self.why_late,
            )
        finally:
            self.purse.borrowed.pop(query.id, None)

    async def _answer(self, query: Query, left_s: float) -> Finding:
        """An empty shelf is asked for nothing that costs anything."""
        assert self.shelf is not None
        if query.type == "ping" or not self.shelf.pages:
            return self._finding(query, found=query.type == "ping", text="Not in the corpus.")
        chosen = tuple(page for page in self.shelf.pages if page.digest in query.pages)
        request = Request(
            question=query.question,
            instructions=self.domain.instructions,
            pages=chosen or self.shelf.pages,
            weights=query.weights,
            levels=query.levels,
            deadline_s=left_s,
            history=query.history,
            query_id=query.id,
        )
        try:
            finding = await self._ask_while_there_is_quota(query, request)
        except (OverBudget, UsedUp) as error:
            finding = await self._ask(self.extractive, query, replace(request, pages=self.shelf.pages))
            return _noted(finding, f"{self.domain.name} answered extractively: {error.what} {error.why}".rstrip())
        lender = self.purse.borrowed.get(query.id)
        return _noted(finding, f"on the quota of librarian {lender}, its own is used up" if lender else "")

    async def _ask_while_there_is_quota(self, query: Query, request: Request) -> Finding:
        """A vendor that says its limit is reached has used up a quota: the next one's may be another account's."""
        for _ in range(self.config.librarians):
            try:
                return await self._ask(self.provider, query, request)
            except UsedUp as error:
                used_up = error
        raise used_up

    async def _ask(self, provider: Provider, query: Query, request: Request) -> Finding:
        draft = Draft(self._checked)
        async with aclosing(provider.answer(request)) as events:
            async for event in events:
                draft.take(event)
        said = draft.finding()
        finding = self._finding(query, **{"provider": provider.name, "model": provider.model, **said})
        return _noted(finding, SECOND_HAND) if finding.found else finding

    def _checked(self, citation: Citation) -> Citation:
        checked = verify(citation, self.text.at(citation.path), self.text.elsewhere)
        return replace(checked, shard=self.domain.name)

    def _finding(self, query: Query, *, found: bool = False, text: str = "", **more: Any) -> Finding:
        by = {"provider": self.provider.name, "model": self.provider.model, "incarnation": self.assignment.incarnation}
        about = {"version": self.shelf.version if self.shelf else "", "created_at": time.time(), **by, **more}
        return Finding(id=new_id("f"), query_id=query.id, shard=self.domain.name, found=found, text=text, **about)

    async def drain(self) -> None:
        await super().drain()
        if self.shelf is not None:
            await self.provider.close()
            with contextlib.suppress(BusLost):
                await self._say(lifecycle.STOPPED)

    def vital_signs(self) -> dict[str, object]:
        shelf = self.shelf
        known = {"tokens": shelf.tokens, "pages": len(shelf.pages), "context": shelf.version} if shelf else {}
        kept = {"capacity": self.config.librarian_tokens, "quota": self.quota_left}
        return {**super().vital_signs(), **known, **kept}


def _noted(finding: Finding, note: str) -> Finding:
    return replace(finding, note="; ".join(filter(None, (finding.note, note))))
