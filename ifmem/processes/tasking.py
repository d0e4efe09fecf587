"""One task done: the parent's context borrowed, its provider asked, every quote checked; and help asked for where it leads nowhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.documents import Citation
from ifmem.core.domains import Domain
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.prices import total_usd
from ifmem.core.record import new_id
from ifmem.core.tasks import HELP, Task, lacking
from ifmem.errors import IfmemError
from ifmem.processes.allowance import Allowance
from ifmem.processes.assigning import Assigning
from ifmem.processes.borrowing import borrow
from ifmem.processes.checking import Gate
from ifmem.processes.drafting import Draft
from ifmem.processes.kept import Loaded
from ifmem.processes.purse import BusPurse
from ifmem.processes.route import Route, Router
from ifmem.providers.choice import EXTRACTIVE, provider_for
from ifmem.providers.contract import Provider, Request
from ifmem.providers.extractive import Extractive
from ifmem.providers.spending import OverBudget
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.index import Index
from ifmem.stores.inquiries import Busy
from ifmem.stores.registry import Registry

HELP_SHARE = 0.5  # of the time that is left, waited for help
HELP_AT_LEAST_S = 0.5


@dataclass(frozen=True)
class Desk:
    """What a task is worked on with: the borrowed text of one shard, and who reads it."""

    domain: Domain
    text: Loaded
    provider: Provider
    extractive: Provider
    gate: Gate

    def check(self, citation: Citation) -> Citation:
        return replace(self.gate.check(citation), shard=self.domain.name)

    async def close(self) -> None:
        self.gate.close()
        await self.provider.close()


class Tasking:
    """`worker` is the name that stands in the books; `waits` hears when the worker waits for help, and when it goes on."""

    def __init__(self, bus: Bus, keys: Keys, config: Config, worker: str, waits: Callable[[bool], None]) -> None:
        self._assigning = Assigning(bus, keys)
        self._registry = Registry(bus, keys)
        self._purse = BusPurse(bus, keys, config, worker)
        self._config = config
        self._waits = waits
        self._domains = {domain.name: domain for domain in prompts.domains(config)}
        self._router = Router(config, list(self._domains))

    async def find(self, task: Task, until: float) -> Finding:
        """The finding of a task, by `until` (epoch seconds). Raises IfmemError for what a person must mend."""
        route = self._route(task.question, (task.shard,) if task.shard else ())
        desk = await self._desk(self._domain(task.shard or _best(route, ())), task)
        try:
            finding = await self._answer(desk, task, route, until)
        finally:
            await desk.close()
        need = lacking(task, finding)
        return await self._helped(task, finding, need, until) if need else finding

    def _route(self, question: str, only: tuple[str, ...]) -> Route:
        return self._router.route(question, only)

    def _domain(self, name: str) -> Domain:
        if name and name not in self._domains:
            raise IfmemError(f"there is no shard {name!r}.", fix=f"Name one of: {', '.join(self._domains)}")
        return self._domains[name] if name else next(iter(self._domains.values()))

    async def _desk(self, domain: Domain, task: Task) -> Desk:
        text = await borrow(domain.name, self._config, self._assigning.tasks, self._registry)
        search = Index(text.index_path).search
        purse = Allowance(self._purse, task.budget_usd)
        provider = provider_for(domain, self._config, search, purse)
        others = [name for name in self._domains if name != domain.name]
        gate = Gate(self._config, text.view, text.index_path, others)
        return Desk(domain, text, provider, Extractive(search), gate)

    async def _answer(self, desk: Desk, task: Task, route: Route, until: float) -> Finding:
        free = self._free_request(desk, task, route, until)
        if desk.provider.name == EXTRACTIVE:
            return await _ask(desk, desk.provider, task, free)
        try:
            return await _ask(desk, desk.provider, task, self._request(desk, task, route, free))
        except OverBudget as error:
            finding = await _ask(desk, desk.extractive, task, free)
            return replace(finding, note=f"answered extractively: {error.what} {error.why}".rstrip())

    def _free_request(self, desk: Desk, task: Task, route: Route, until: float) -> Request:
        return Request(
            question=task.question,
            instructions=desk.domain.instructions,
            pages=desk.text.view.all_pages,
            weights=route.weights,
            deadline_s=max(0.0, until - time.time()),
            query_id=task.id,
        )

    def _request(self, desk: Desk, task: Task, route: Route, free: Request) -> Request:
        """What differs from the parent's requests stands in the question alone: all before it is in the vendor's cache already."""
        view = desk.text.view
        homes = view.homes_of(route.pages.get(desk.domain.name, ())) or {page.digest for page in view.pages}
        return replace(
            free,
            question=_told(task),
            pages=tuple(page for page in view.pages if page.digest in homes),
            overlay=view.changed(homes),
            amendments={home: view.amendments[home] for home in homes if home in view.amendments},
        )

    async def _helped(self, task: Task, finding: Finding, need: str, until: float) -> Finding:
        """Ask for what is lacking, and go on with the first useful answer; else say what it was that blocked. Help is paid for too."""
        wait_s = (until - time.time()) * HELP_SHARE
        other = _best(self._route(need, ()), (finding.shard,))
        if not other or wait_s < HELP_AT_LEAST_S:
            return replace(finding, note=f"blocked: {need}")
        helper = await self._ask_for_help(_help_task(task, finding, need, other, wait_s), wait_s)
        if helper is None:
            return replace(finding, note=f"blocked: {need} (asked {other}, which did not answer)")
        finding = replace(
            finding,
            usage=finding.usage.plus(helper.usage),
            cost_usd=total_usd((finding.cost_usd, helper.cost_usd)),
            built_on=(*finding.built_on, helper.id),
        )
        if not helper.found:
            return replace(finding, note=f"blocked: {need} (asked {other}, in vain)")
        note = f"{finding.shard} was blocked; {helper.worker} helped from {helper.shard} ({helper.id})"
        return replace(finding, found=True, text=helper.text, citations=helper.citations, note=note)

    async def _ask_for_help(self, help_task: Task, wait_s: float) -> Finding | None:
        """None if there was none in `wait_s`, or if nobody can be asked: what the task has found so far counts then."""
        self._waits(True)
        try:
            async with asyncio.timeout(wait_s):
                await self._assigning.put([help_task])
                return (await self._assigning.gather([help_task])).get(help_task.id)
        except (TimeoutError, Busy, BusLost):
            return None
        finally:
            self._waits(False)


def _help_task(task: Task, finding: Finding, need: str, shard: str, wait_s: float) -> Task:
    now = time.time()
    return Task(
        id=new_id("t"),
        question=need,
        shard=shard,
        kind=HELP,
        priority="high",
        asked_at=now,
        deadline=now + wait_s,
        lease_s=wait_s,
        budget_usd=None if task.budget_usd is None else max(0.0, task.budget_usd - (finding.cost_usd or 0.0)),
        asks_for=task.id,
    )


async def _ask(desk: Desk, provider: Provider, task: Task, request: Request) -> Finding:
    draft = Draft(desk.check)
    async with aclosing(provider.answer(request)) as events:
        async for event in events:
            draft.take(event)
    by = {"provider": provider.name, "model": provider.model}
    return finding_of(task, desk.domain.name, **{**by, **draft.finding()})


def finding_of(task: Task, shard: str, **fields: Any) -> Finding:
    known = {"found": False, "text": "", "created_at": time.time(), **fields}
    return Finding(id=new_id("f"), query_id=task.id, shard=shard, **known)


def _told(task: Task) -> str:
    parts = (prompts.instructions("worker"), task.prompt, f"Task: {task.question}")
    return "\n\n".join(part.strip() for part in parts if part)


def _best(route: Route, without: tuple[str, ...]) -> str:
    """The shard that scores best; empty if none of them scores."""
    scoring = {name: score for name, score in route.scores.items() if score > 0 and name not in without}
    return max(scoring, key=lambda name: scoring[name], default="")
