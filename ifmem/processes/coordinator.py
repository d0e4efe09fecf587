"""The coordinator: picks the shards worth asking, gathers their findings, merges them into one answer with its receipt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.core import lifecycle
from ifmem.core.merging import merge
from ifmem.core.records import Answer, Finding, Query, ShardUse, Usage
from ifmem.core.routing import choose, widen
from ifmem.errors import Exit, IfmemError
from ifmem.processes.claimant import Claimant
from ifmem.processes.gathering import Gathering
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.route import Route, Router
from ifmem.stores.bus import BusLost
from ifmem.stores.hand_off import Claim

log = logging.getLogger("ifmem")
RESERVE_S = 0.5  # kept back from the asker's patience for merging and for the way back
LOOK_EVERY_S = 2.0


class Coordinator(Claimant):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.domains = {domain.name: domain for domain in prompts.domains(self.config)}
        self.router = Router(self.config, list(self.domains))
        self.open: dict[str, Gathering] = {}
        self.out_of_service: dict[str, str] = {}

    def most(self) -> int:
        return self.config.in_flight * max(1, len(self.domains))

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (self._collect(), self._look_around())

    async def _collect(self) -> None:
        while True:
            try:
                for finding in await self.hand_off.next_findings(self.seat):
                    if gathering := self.open.get(finding.query_id):
                        gathering.add(finding)
            except BusLost:  # a finding may have been on its way when the line broke; it is stored all the same
                await until_bus_answers(self._read_again)

    async def _read_again(self) -> None:
        for query_id, gathering in list(self.open.items()):
            for finding in await self.hand_off.gathered(query_id):
                gathering.add(finding)

    async def _look_around(self) -> None:
        """Know which shards have given up: nobody should wait for them."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        with contextlib.suppress(BusLost):
            overview = await self.registry.overview()
            failed = {p.name: p.reason for p in overview.processes if p.state == lifecycle.FAILED}
            for name in failed.keys() - self.out_of_service.keys():
                for gathering in self.open.values():
                    gathering.give_up(name, failed[name])
            self.out_of_service = failed

    async def work(self, query: Query, claim: Claim) -> None:
        started = time.perf_counter()
        if query.type == "ping":
            route = Route.everyone(self.domains)
        else:
            route = self.router.route(query.question, query.shards, self.config.margin)
        if self.out_of_service:  # it may have been mended since
            await self._look()
        gathering = self.open[query.id] = Gathering(self.out_of_service)
        try:
            if claim.attempts > 1:  # an earlier coordinator may have asked already: what was answered stays answered
                for finding in await until_bus_answers(lambda: self.hand_off.gathered(query.id)):
                    gathering.add(finding)
            await self._gather(query, route, gathering)
        finally:
            del self.open[query.id]
        answer = self._answer(query, route, gathering, (time.perf_counter() - started) * 1000)
        durable = query.type == "query"
        await self.store(lambda: self.hand_off.answer(self.seat, answer, durable=durable))

    async def _gather(self, query: Query, route: Route, gathering: Gathering) -> None:
        """Ask the shards chosen; if none of them has it, widen once."""
        first = query.shards or choose(route.scores, self.config.margin) or tuple(self.domains)
        await self._push(query, route, first, gathering)
        await gathering.complete(query.deadline - RESERVE_S)
        if query.type == "query" and not query.shards and not gathering.found:
            more = widen(route.scores, gathering.asked)
            await self._push(query, route, more, gathering)
            await gathering.complete(query.deadline - RESERVE_S)

    async def _push(self, query: Query, route: Route, names: Collection[str], gathering: Gathering) -> None:
        new = gathering.ask(names)
        if not new:
            return
        if query.type == "query":
            await self.tell(query.id, f"asking {', '.join(new)}")
        body = replace(query, weights=route.weights)
        labels = [f"shard:{self.domains[name].number}" for name in new]
        for finding in await until_bus_answers(lambda: self.hand_off.push(self.seat, body, labels)):
            gathering.add(finding)

    async def tell(self, query_id: str, text: str) -> None:
        with contextlib.suppress(BusLost):
            await self.hand_off.tell(query_id, text)

    def _answer(self, query: Query, route: Route, gathering: Gathering, duration_ms: float) -> Answer:
        findings = [finding for finding in gathering.findings.values() if not finding.error]
        merged = merge(findings)
        missing = gathering.missing()
        return Answer(
            id=query.id,
            question=query.question,
            answer=merged.text,
            found=merged.found,
            citations=merged.citations,
            shards=tuple(self._uses(route, gathering, missing)),
            usage=_total(findings),
            cost_usd=round(sum(finding.cost_usd for finding in findings), 6),
            provider=_one(finding.provider for finding in findings),
            model=_one(finding.model for finding in findings),
            corpus=route.corpus,
            duration_ms=round(duration_ms, 3),
            asked_at=query.asked_at,
            partial=bool(missing),
            error=_nobody_answered(missing).to_dict() if missing and not findings else None,
        )

    def _uses(self, route: Route, gathering: Gathering, missing: Mapping[str, str]) -> Iterable[ShardUse]:
        for name in sorted(self.domains, key=lambda name: (name not in gathering.asked, -route.scores.get(name, 0.0))):
            score = round(route.scores.get(name, 0.0), 3)
            finding = gathering.findings.get(name)
            if name not in gathering.asked or finding is None:
                yield ShardUse(name, name in gathering.asked, score, error=missing.get(name, ""))
                continue
            yield ShardUse(
                name,
                True,
                score,
                pages=finding.pages,
                finding=finding.id,
                found=finding.found,
                attempts=finding.attempts,
                duration_ms=finding.duration_ms,
                error=finding.error,
            )


def _total(findings: Iterable[Finding]) -> Usage:
    total = Usage()
    for finding in findings:
        total = total.plus(finding.usage)
    return total


def _one(values: Iterable[str]) -> str:
    return ", ".join(sorted({value for value in values if value}))


def _nobody_answered(missing: Mapping[str, str]) -> IfmemError:
    timed_out = all(why == Gathering.LATE for why in missing.values())
    return IfmemError(
        "no shard answered the question.",
        why="; ".join(f"{name}: {why}" for name, why in sorted(missing.items())),
        fix="See what is wrong: ifmem status    Then ask again, with more patience if need be: --timeout 120",
        exit_code=Exit.TIMED_OUT if timed_out else Exit.DID_NOT_HAPPEN,
    )
