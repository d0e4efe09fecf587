"""The coordinator: picks the shards worth asking, gathers their findings, and gives one answer with its receipt.

Who is out of service is known to `service`. What is stored is looked up by `remembering`, the text is written by `synthesising`, the
receipt by `answering`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from ifmem import prompts
from ifmem.core.answers import Answer
from ifmem.core.follow_ups import searchable
from ifmem.core.queries import Query
from ifmem.core.receipts import sealed
from ifmem.core.routing import choose, widen
from ifmem.errors import Exit, IfmemError
from ifmem.processes.admitting import Admitting
from ifmem.processes.answering import answer_of, refusal
from ifmem.processes.claimant import Claimant
from ifmem.processes.consulting import Consulting
from ifmem.processes.explaining import explain
from ifmem.processes.gathering import Gathering
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.purse import BusPurse
from ifmem.processes.remembering import Remembering
from ifmem.processes.route import Route, Router
from ifmem.processes.service import Service
from ifmem.processes.synthesising import Synthesising
from ifmem.providers.contract import Event, Restart, Text
from ifmem.stores.bus_errors import BusLost
from ifmem.stores.deadlines import as_of_now
from ifmem.stores.hand_off import Claim

log = logging.getLogger("ifmem")
RESERVE_S = 0.5  # kept back from the asker's patience for merging and for the way back
FIRST_SHARE = 0.6  # of the time for findings, after which others are asked too if nothing was found


class Coordinator(Claimant):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.domains = {domain.name: domain for domain in prompts.domains(self.config)}
        self.router = Router(self.config, list(self.domains))
        self.open: dict[str, Gathering] = {}
        self.service = Service(self.registry, self._give_up)
        self.remembering = Remembering(self.bus, self.keys, self.config, tuple(self.domains.values()))
        purse = BusPurse(self.bus, self.keys, self.config, self.assignment.name)
        self.synthesising = Synthesising(self.config, purse)
        self.consulting = Consulting(self.config, self.bus, self.keys)
        self.admitting = Admitting(self.inquiries, self.seat.label, self.most(), lambda: bool(self.working))

    def most(self) -> int:
        return self.config.in_flight * max(1, len(self.domains))

    def beside(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (self._collect(), self.service.go_on(), self.admitting.go_on())

    async def _collect(self) -> None:
        while True:
            try:
                for finding in await self.hand_off.next_findings(self.seat):
                    if gathering := self.open.get(finding.query_id):
                        gathering.add(finding)
            except BusLost:  # a finding may have been on its way when the line broke; it is stored all the same
                await until_bus_answers(self._read_again)

    async def _read_again(self) -> None:
        # With no question open nothing else would wait for the bus, and this process would not beat.
        await self.bus.call("PING")
        for query_id, gathering in list(self.open.items()):
            for finding in await self.hand_off.gathered(query_id):
                gathering.add(finding)
            if gathering.pushed and await self.hand_off.forgotten(query_id):  # the bus lost everything: ask again
                await self.hand_off.hold(self.seat, query_id)
                labels = [self._label(name) for name in gathering.waiting_for()]
                await self.hand_off.push(self.seat, gathering.pushed, labels)

    def _give_up(self, name: str, reason: str) -> None:
        for gathering in self.open.values():
            gathering.give_up(name, reason)

    async def work(self, query: Query, claim: Claim) -> None:
        if self._left_s(query) <= 0:
            await self._answer(query, refusal(query, self._too_late(query)))
            return
        started = time.perf_counter()
        earlier = await self._earlier(query)
        route = self._route(query)
        first = self._first(query, route, earlier)
        answer = await self.remembering.recall(query, first, route.versions)
        if answer is None and not claim.suspect and self._left_s(query) <= RESERVE_S:  # too short for a search
            answer = refusal(query, self._too_late(query))
        elif answer is None:
            gathering = await self._gathered(query, claim, route, first, earlier)
            await self._explain(query, gathering)
            answer = await self._written(query, route, gathering, started)
            await self.remembering.keep(query, answer, first, route.versions, gathering.usable())
        await self._answer(query, answer)
        self.admitting.answered += not answer.error

    async def _answer(self, query: Query, answer: Answer) -> None:
        sealed_answer, durable = sealed(answer), query.type == "query"
        await self.store(lambda: self.hand_off.answer(self.seat, sealed_answer, durable=durable))

    @staticmethod
    def _left_s(query: Query) -> float:
        """How long its asker still waits."""
        return query.deadline - time.time() if query.deadline else math.inf

    def _too_late(self, query: Query) -> IfmemError:
        return IfmemError(
            "no answer in time.",
            why=self.why_late(query),
            fix="Ask again, with more patience if need be: --timeout 120    What is wrong: ifmem status",
            exit_code=Exit.TIMED_OUT,
        )

    async def _earlier(self, query: Query) -> Answer | None:
        """The answer that this question follows up on, while the bus has it: its pages may be hot no longer than that."""
        with contextlib.suppress(BusLost):
            return await self.inquiries.stored_answer(query.follows) if query.follows else None
        return None

    def _route(self, query: Query) -> Route:
        if query.type == "ping":
            return Route.everyone(self.domains)
        return self.router.route(searchable(query.question, query.history), query.shards)

    def _first(self, query: Query, route: Route, earlier: Answer | None) -> tuple[str, ...]:
        """Whom to ask: those that the asker named; else whoever had the answer before this one, and those that score."""
        had = [use.name for use in earlier.shards if use.found and use.name in self.domains] if earlier else []
        scoring = choose(route.scores, self.config.margin)
        return query.shards or tuple(dict.fromkeys((*had, *scoring))) or tuple(self.domains)

    async def _gathered(
        self, query: Query, claim: Claim, route: Route, first: Collection[str], earlier: Answer | None
    ) -> Gathering:
        if self.service.out:  # it may have been mended since
            await self.service.look()
        gathering = self.open[query.id] = Gathering(self.service.out)
        asked = replace(query, weights=route.weights, levels=route.levels)
        try:
            if claim.attempts > 1:  # an earlier coordinator may have asked already: what was answered stays answered
                for finding in await until_bus_answers(lambda: self.hand_off.gathered(query.id)):
                    gathering.add(finding)
                await self._take_back(query, "the coordinator was replaced; its answer begins again")
            await self._push(replace(asked, pages=_pages(route, first, earlier)), first, gathering)
            may_widen = query.type == "query" and not query.shards
            await gathering.complete(self._findings_by(query, FIRST_SHARE if may_widen else 1.0))
            if may_widen and not gathering.found:
                more = widen(route.scores, gathering.asked)
                if more:
                    await self._take_back(query, f"not there; asking {', '.join(more)}")
                await self._push(replace(asked, pages=_pages(route, more)), more, gathering)
                await gathering.complete(self._findings_by(query, FIRST_SHARE if self.consulting.names else 1.0))
                await self._consult(query, gathering)
            # Whoever is slow has all of the time, once somebody has found something.
            await gathering.complete(self._findings_by(query))
        finally:
            del self.open[query.id]
        return gathering

    async def _consult(self, query: Query, gathering: Gathering) -> None:
        """The librarians are asked when the live shards have nothing."""
        if gathering.found or not self.consulting.names:
            return
        asked, librarians = self.consulting.asked(query)
        if librarians:
            await self._take_back(query, f"not there; asking {', '.join(librarians)}")
            await self._push(asked, librarians, gathering)
            await self.consulting.announce(query, librarians)

    @staticmethod
    def _findings_by(query: Query, share: float = 1.0) -> float:
        """When a share of the time for findings is over: one slow shard may not use up what the others would need."""
        now = time.time()
        return now + share * (as_of_now(query).deadline - RESERVE_S - now)

    async def _explain(self, query: Query, gathering: Gathering) -> None:
        """Find out why somebody has not answered, while there is a moment left to say so."""
        if gathering.waiting_for():
            with contextlib.suppress(BusLost, TimeoutError):
                async with asyncio.timeout(RESERVE_S / 2):
                    gathering.known = await explain(self.bus, self.keys, query.id)

    def _label(self, name: str) -> str:
        """The queue of a shard, or of a librarian."""
        return f"shard:{self.domains[name].number}" if name in self.domains else name

    async def _push(self, asked: Query, names: Collection[str], gathering: Gathering) -> None:
        """Send the question to those that have not been asked. A shard that is alone may speak to the asker itself."""
        new = gathering.ask(names)
        if not new:
            return
        if asked.type == "query":
            await self.tell(asked.id, f"asking {', '.join(new)}")
        body = replace(asked, stream=asked.stream and len(new) == 1 and not gathering.found)
        gathering.pushed = body
        labels = [self._label(name) for name in new]
        for finding in await until_bus_answers(lambda: self.hand_off.push(self.seat, body, labels)):
            gathering.add(finding)

    async def _written(self, query: Query, route: Route, gathering: Gathering, started: float) -> Answer:
        async def say(event: Event) -> None:
            match event:
                case Text(text) if text and query.stream:
                    await self.tell(query.id, text, "text")
                case Restart(why):
                    await self._take_back(query, why)

        until = as_of_now(query).deadline - RESERVE_S
        written = await self.synthesising.write(query, gathering.usable(), until, say)
        duration_ms = (time.perf_counter() - started) * 1000
        everyone = dict.fromkeys((*self.domains, *gathering.asked))
        return answer_of(query, route, gathering, written, everyone, duration_ms)

    async def _take_back(self, query: Query, why: str) -> None:
        """Whatever the asker has read of an answer so far does not count."""
        if query.stream:
            await self.tell(query.id, why, "restart")

    async def tell(self, query_id: str, text: str, kind: str = "progress") -> None:
        with contextlib.suppress(BusLost):
            await self.inquiries.tell(query_id, text, kind)

    async def drain(self) -> None:
        await super().drain()
        await self.synthesising.close()


def _pages(route: Route, names: Collection[str], earlier: Answer | None = None) -> tuple[str, ...]:
    """The pages to read: those that the answer before rests on, which are hot, and those that score. None: all there are."""
    scoring = [page for name in names for page in route.pages.get(name, ())]
    hot = [page.digest for use in earlier.shards if use.found for page in use.pages] if earlier and scoring else []
    return tuple(dict.fromkeys((*hot, *scoring)))
