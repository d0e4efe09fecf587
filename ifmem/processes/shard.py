"""A shard: owns one domain, keeps its pages, answers from them.

Asks its provider, checks every quote against the loaded text, and stores one finding a question. What a provider says without a
quote that stands in the text is not presented as found.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.core import lifecycle
from ifmem.core.citations import NOT_FOUND, verify
from ifmem.core.domains import Domain
from ifmem.core.pages import Page
from ifmem.core.records import Citation, Document, Finding, Query, new_id
from ifmem.errors import IfmemError
from ifmem.processes.claimant import Claimant
from ifmem.processes.loader import load_beside
from ifmem.processes.loading import Loaded, load
from ifmem.processes.patience import until_bus_answers
from ifmem.providers.choice import provider_named
from ifmem.providers.contract import Done, Provider, Quote, Request, Text
from ifmem.stores.hand_off import Claim
from ifmem.stores.index import Index

log = logging.getLogger("ifmem")
RENEW_EVERY_S = 3600.0


class Shard(Claimant):
    domain: Domain
    loaded: Loaded | None = None
    provider: Provider

    async def boot(self) -> None:
        self.enter(lifecycle.LOADING)
        domains = prompts.domains(self.config)
        self.domain = next(domain for domain in domains if domain.name == self.assignment.name)
        if self.assignment.fresh:
            loaded = await load_beside(self.domain, domains, self.config, progress=self._progress)
        else:
            loaded = load(self.domain, domains, self.config, fresh=False, progress=self._progress)
        self.loaded = loaded
        self.provider = provider_named(self.domain.provider, Index(loaded.index_path).search)
        self.documents = _by_path(loaded.pages)
        await until_bus_answers(lambda: self._share(with_pages=self.assignment.fresh))

    def _progress(self, text: str) -> None:
        self.enter(lifecycle.LOADING, text)

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (self._keep_shared(),)

    async def _keep_shared(self) -> None:
        """What is shared on the bus expires when nobody renews it, so that pages of the past do not pile up there."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await until_bus_answers(lambda: self._share(with_pages=True))

    async def _share(self, *, with_pages: bool) -> None:
        """Let workers know what this shard holds, and put its pages on the bus for readers that cannot map this machine's files."""
        assert self.loaded is not None
        await self.registry.share_context(self.beat(), self._context())
        for page in self.loaded.pages if with_pages else ():
            await self.registry.share_page(page)

    def _context(self) -> dict[str, Any]:
        assert self.loaded is not None
        manifest = self.loaded.manifest
        pages = [{"digest": page.digest, "tokens": page.tokens} for page in self.loaded.pages]
        return {"shard": self.domain.name, "version": manifest.version, "tokens": manifest.tokens, "pages": pages}

    async def work(self, query: Query, claim: Claim) -> None:
        started = time.perf_counter()
        if query.type == "ping":
            finding = self._finding(query, found=True, text=query.question)
        else:
            finding = await self._answer_in_time(query)
        finding = replace(
            finding, attempts=claim.attempts, duration_ms=round((time.perf_counter() - started) * 1000, 3)
        )
        durable = query.type == "query"
        await self.store(lambda: self.hand_off.finish(self.seat, finding, durable=durable))

    async def _answer_in_time(self, query: Query) -> Finding:
        left = query.deadline - time.time()
        if left <= 0:
            return self._finding(query, error="its deadline had passed before the shard came to it")
        try:
            async with asyncio.timeout(left):
                return await self._answer(query, left)
        except TimeoutError:
            return self._finding(query, error=f"{self.provider.name} did not answer within {left:.0f} s")
        except IfmemError as error:
            return self._finding(query, error=f"{error.what} {error.why}".strip())
        except Exception as error:
            log.exception("%s could not be answered", query.id)
            return self._finding(query, error=f"{type(error).__name__}: {error}; see ifmem logs {self.domain.name}")

    async def _answer(self, query: Query, left: float) -> Finding:
        assert self.loaded is not None
        chosen = tuple(page for page in self.loaded.pages if page.digest in query.pages)
        request = Request(
            question=query.question,
            instructions=self.domain.instructions,
            pages=chosen or self.loaded.pages,
            weights=query.weights,
            deadline_s=left,
        )
        texts, citations, done = [], list[Citation](), Done(found=False, stop="incomplete")
        async for event in self.provider.answer(request):
            match event:
                case Text(text):
                    texts.append(text)
                case Quote(citation):
                    citations.append(self._checked(citation))
                case Done():
                    done = event
        supported = any(citation.verification != NOT_FOUND for citation in citations)
        return self._finding(
            query,
            found=done.found and supported,
            text="".join(texts),
            citations=tuple(citations),
            pages=done.pages,
            score=done.score,
            usage=done.usage,
            cost_usd=done.cost_usd,
        )

    def _checked(self, citation: Citation) -> Citation:
        return replace(verify(citation, self.documents.get(citation.path, ())), shard=self.domain.name)

    def _finding(self, query: Query, *, found: bool = False, text: str = "", **more: Any) -> Finding:
        return Finding(
            id=new_id("f"),
            query_id=query.id,
            shard=self.domain.name,
            found=found,
            text=text,
            provider=self.provider.name,
            model=self.provider.model,
            incarnation=self.assignment.incarnation,
            created_at=time.time(),
            **more,
        )

    async def drain(self) -> None:
        await super().drain()
        if self.loaded is not None:
            await self.provider.close()

    def vital_signs(self) -> dict[str, object]:
        signs = super().vital_signs()
        if self.loaded is None:
            return signs
        manifest = self.loaded.manifest
        return {
            **signs,
            "tokens": manifest.tokens,
            "capacity": self.domain.capacity_tokens,
            "pages": len(self.loaded.pages),
            "context": manifest.version,
        }


def _by_path(pages: tuple[Page, ...]) -> Any:
    """Looks documents up by path in the mapped pages; a text is decoded only when a quote of it is checked."""
    places: dict[str, list[tuple[Page, Any]]] = {}
    for page in pages:
        for entry in page.table:
            places.setdefault(entry.path, []).append((page, entry))
    return _Documents(places)


class _Documents:
    def __init__(self, places: dict[str, list[tuple[Page, Any]]]) -> None:
        self._places = places

    def get(self, path: str, default: tuple[Document, ...]) -> tuple[Document, ...]:
        found = self._places.get(path)
        return tuple(page.read(entry) for page, entry in found) if found else default
