"""A shard: owns one domain, keeps its pages, answers from them.

Asks its provider, checks every quote against the loaded text, and stores one finding a question. What a provider says without a
quote that stands in the text is not presented as found.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.core import lifecycle
from ifmem.core.domains import Domain
from ifmem.core.findings import Finding
from ifmem.core.freshness import change_of, changed_since
from ifmem.core.passages import Hit
from ifmem.core.queries import Query
from ifmem.core.record import new_id
from ifmem.processes.claimant import Claimant
from ifmem.processes.drafting import Draft
from ifmem.processes.in_time import in_time
from ifmem.processes.keeping_warm import Present, keep_warm, warm_all
from ifmem.processes.loader import load_beside
from ifmem.processes.loading import Loaded, load
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.pulse import to_next_pulse
from ifmem.processes.purse import BusPurse
from ifmem.processes.reading_requests import paged_request, whole_request
from ifmem.processes.readings import Reading, Readings
from ifmem.processes.sharing import share
from ifmem.processes.warming_ahead import WARM
from ifmem.providers.choice import provider_for
from ifmem.providers.contract import Event, Provider, Request, Restart, Text
from ifmem.providers.extractive import Extractive
from ifmem.providers.spending import OverBudget
from ifmem.providers.warming import Warmable
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.hand_off import Claim

log = logging.getLogger("ifmem")
RENEW_EVERY_S = 3600.0
LOOK_EVERY_S = 0.5  # a question looks by itself; this is for who listens, and for workers


class Shard(Claimant):
    domain: Domain
    readings: Readings | None = None
    untold: Reading | None = None  # what was read before a change that nobody has been told of
    provider: Provider

    async def boot(self) -> None:
        self.enter(lifecycle.LOADING)
        domains = prompts.domains(self.config)
        self.domain = next(domain for domain in domains if domain.name == self.assignment.name)
        loaded = await self._loaded(domains)
        others = [domain.name for domain in domains if domain.name != self.domain.name]
        self.readings = Readings(loaded, self.config, others)
        self.extractive: Provider = Extractive(self._search)
        purse = BusPurse(self.bus, self.keys, self.config, self.domain.name)
        self.provider = provider_for(self.domain, self.config, self._search, purse)
        if isinstance(self.provider, Extractive):
            self.provider = self.extractive
        await until_bus_answers(lambda: self._share(with_pages=self.assignment.fresh))

    async def _loaded(self, domains: Sequence[Domain]) -> Loaded:
        if self.assignment.fresh:
            return await load_beside(self.domain, domains, self.config, progress=self._progress)
        return load(self.domain, domains, self.config, fresh=False, progress=self._progress)

    def _progress(self, text: str) -> None:
        self.enter(lifecycle.LOADING, text)

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (self._keep_shared(), self._keep_warm(), self._keep_current())

    def _search(self, weights: Mapping[str, float], *, limit: int, pages: Collection[str] | None = None) -> list[Hit]:
        """Whoever searches has asked for what is present now: the version changes between questions only."""
        return self._now.index.search(weights, limit=limit, pages=pages)

    @property
    def _now(self) -> Reading:
        assert self.readings is not None
        return self.readings.now

    async def _keep_current(self) -> None:
        """Take over what changed, also while nobody asks, and let everyone know."""
        while True:
            await asyncio.sleep(to_next_pulse(LOOK_EVERY_S))
            self._look()
            if self.untold is not None:
                before, self.untold = self.untold, None
                await self._tell_of_change(before)

    def _look(self) -> None:
        assert self.readings is not None
        before = self.readings.look()
        self.untold = self.untold or before

    async def _tell_of_change(self, before: Reading) -> None:
        """What the bus does not take now, the next change or the next hour tells."""
        self.news.set()
        with contextlib.suppress(BusLost):
            await self._share(with_pages=True)
            await self.registry.publish_change(
                change_of(self.domain.name, before.loaded.manifest, self._now.loaded.manifest)
            )

    async def _keep_warm(self) -> None:
        if isinstance(self.provider, Warmable):
            pages = Present(lambda: self._now.loaded.pages)
            await keep_warm(self.provider, pages, self.domain.instructions)

    async def _keep_shared(self) -> None:
        """What is shared on the bus expires when nobody renews it, so that pages of the past do not pile up there."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await until_bus_answers(lambda: self._share(with_pages=True))

    async def _share(self, *, with_pages: bool) -> None:
        """Let workers know what this shard holds, and put its pages on the bus for readers that cannot map this machine's files."""
        await share(self.registry, self.beat(), self._now, with_pages=with_pages)

    async def work(self, query: Query, claim: Claim) -> None:
        if query.type == "ping":
            finding = self._finding(query, found=True, text=query.question, attempts=claim.attempts)
        else:
            finding = await self._answer_in_time(query, claim)
        durable = query.type == "query"
        await self.store(lambda: self.hand_off.finish(self.seat, finding, durable=durable))

    async def _answer_in_time(self, query: Query, claim: Claim) -> Finding:
        started = time.perf_counter()
        finding = await in_time(
            query,
            self.domain.name,
            self.provider.name,
            lambda left: self._answer(query, left),
            lambda **error: self._finding(query, **error),
            self.why_late,
        )
        return replace(finding, attempts=claim.attempts, duration_ms=round((time.perf_counter() - started) * 1000, 3))

    async def _answer(self, query: Query, left: float) -> Finding:
        assert self.readings is not None
        if query.type == WARM:
            return await self._warm_ahead(query)
        self._look()
        try:
            with self.readings.reading() as reading:
                is_free = self.provider.name == self.extractive.name
                whole = whole_request(query, self.domain, reading)
                request = whole if is_free else paged_request(query, self.domain, reading, left)
                return await self._ask(self.provider, query, request, reading)
        except OverBudget as error:
            with self.readings.reading() as reading:
                whole = whole_request(query, self.domain, reading)
                finding = await self._ask(self.extractive, query, whole, reading)
            why = f"{self.domain.name} answered extractively: {error.what} {error.why}".rstrip()
            return replace(finding, note="; ".join(filter(None, (why, finding.note))))

    async def _warm_ahead(self, query: Query) -> Finding:
        """Every page into the vendor's cache; nothing to do for a provider that has none."""
        if not isinstance(self.provider, Warmable):
            return self._finding(query)
        pages = await warm_all(self.provider, self._now.loaded.pages, self.domain.instructions)
        return self._finding(query, found=True, pages=pages)

    async def _ask(self, provider: Provider, query: Query, request: Request, reading: Reading) -> Finding:
        draft = Draft(lambda citation: replace(reading.gate.check(citation), shard=self.domain.name))
        async with aclosing(provider.answer(request)) as events:
            async for event in events:
                draft.take(event)
                if query.stream and provider is not self.extractive:
                    await self._show(query, event)
        self._look()
        finding = self._finding(query, provider, version=reading.version, **draft.finding())
        notes = (finding.note, changed_since(finding.citations, self._now.view))
        return replace(finding, note="; ".join(filter(None, notes)))

    async def _show(self, query: Query, event: Event) -> None:
        """Let the asker read along. It is the finding that counts: what the bus does not take now is not missed."""
        with contextlib.suppress(BusLost):
            match event:
                case Text(text) if text:
                    await self.inquiries.tell(query.id, text, kind="text")
                case Restart(why):
                    await self.inquiries.tell(query.id, why, kind="restart")

    def _finding(
        self, query: Query, by: Provider | None = None, *, found: bool = False, text: str = "", **more: Any
    ) -> Finding:
        provider = by or self.provider
        return Finding(
            id=new_id("f"),
            query_id=query.id,
            shard=self.domain.name,
            found=found,
            text=text,
            incarnation=self.assignment.incarnation,
            created_at=time.time(),
            **{"provider": provider.name, "model": provider.model, **more},
        )

    async def drain(self) -> None:
        await super().drain()
        if self.readings is not None:
            self.readings.close()
            await self.provider.close()

    def vital_signs(self) -> dict[str, object]:
        signs = super().vital_signs()
        if self.readings is None:
            return signs
        manifest = self._now.loaded.manifest
        return {
            **signs,
            "tokens": manifest.tokens,
            "capacity": self.domain.capacity_tokens,
            "pages": len(manifest.pages),
            "warm": self._warm_pages(),
            "context": manifest.version,
            "changes": manifest.changes,
        }

    def _warm_pages(self) -> int:
        provider = getattr(self, "provider", None)  # a beat may come before there is one
        keeper = provider.keeper if isinstance(provider, Warmable) else None
        return keeper.warm_pages() if keeper else 0
