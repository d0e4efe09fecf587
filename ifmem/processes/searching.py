"""A search in passes: each splits the question, has workers answer the parts, and builds on what the passes before it found.

Where it stands is put away before its workers start and after they are done, so that it can be gone on with after `down` or a crash: a
task that was put already is not put again, and its finding is read where it is stored.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.prices import total_usd
from ifmem.core.queries import Query
from ifmem.core.ranking import conclusion
from ifmem.core.search_plan import Pass
from ifmem.core.searches import DONE, SKIPPED, WAITING, WORKING, PassState, Search, new_places
from ifmem.core.synthesis import has_own_words
from ifmem.core.tasks import Task, most_workers
from ifmem.errors import IfmemError
from ifmem.processes.allowance import Allowance
from ifmem.processes.assigning import Assigning
from ifmem.processes.patience import until_bus_answers
from ifmem.processes.purse import BusPurse
from ifmem.processes.splitting import split
from ifmem.processes.synthesising import Synthesising, Written
from ifmem.providers.contract import Event
from ifmem.providers.spending import Purse
from ifmem.stores.bus import Bus
from ifmem.stores.bus_errors import BusLost

NAME = "search"  # under which its calls stand in the books
WRITING_S = 60.0
Show = Callable[[Search], None]


class Searching:
    """`providers` are those of the shards: they say how many workers may be at it at once."""

    def __init__(self, bus: Bus, keys: Keys, config: Config, providers: Sequence[str]) -> None:
        self._assigning = Assigning(bus, keys)
        self._config = config
        self._purse = BusPurse(bus, keys, config, NAME)
        self._at_once = most_workers(config.workers, providers)

    async def known(self, search_id: str) -> Search | None:
        body = await until_bus_answers(lambda: self._assigning.tasks.kept_search(search_id), self._config.ask_timeout_s)
        return Search.from_json(body) if body else None

    async def run(self, search: Search, show: Show) -> Search:
        """Carry on until the last pass, or one that adds nothing new, or the budget is spent; then conclude. Raises IfmemError if the bus
        stays away: then it can be gone on with later."""
        try:
            return await self._run(search, show)
        except BusLost as error:
            fix = f"ifmem up    then: ifmem search --resume {search.id}"
            raise IfmemError("the search was interrupted.", why=f"{error.what} {error.why}", fix=fix) from None

    async def _run(self, search: Search, show: Show) -> Search:
        started = time.monotonic()
        for at, one in enumerate(search.plan.passes):
            if search.stopped:
                search = search.with_pass(at, replace(search.passes[at], state=SKIPPED))
            elif search.passes[at].state != DONE:
                search = await self._pass(search, at, one, show)
                search = replace(search, stopped=_why_stop(search, at))
        search = await self._concluded(search)
        took_ms = search.duration_ms + (time.monotonic() - started) * 1000
        search = replace(search, state=DONE, duration_ms=round(took_ms, 3))
        await self.keep(search)
        show(search)
        return search

    async def _pass(self, search: Search, at: int, one: Pass, show: Show) -> Search:
        if search.passes[at].state == WAITING:
            search = search.with_pass(at, await self._planned(search, at, one))
            await self.keep(search)
            show(search)
        state = search.passes[at]
        findings = await self._worked(search, at, state, show) if state.tasks else ()
        search = search.with_pass(at, replace(state, findings=findings))
        written = await self._written(search, findings)
        state = replace(
            state,
            state=DONE,
            findings=findings,
            text=written.text,
            new=new_places(findings, [f for earlier in search.passes[:at] for f in earlier.findings]),
            cost_usd=total_usd([state.cost_usd, written.cost_usd]),
            notes=(*state.notes, *written.notes),
        )
        search = search.with_pass(at, state)
        await self.keep(search)
        show(search)
        return search

    async def _planned(self, search: Search, at: int, one: Pass) -> PassState:
        parts = await split(search, one, self._config, self._allowance(search))
        left = search.left_usd
        share = None if left is None else max(0.0, left - (parts.cost_usd or 0.0)) / one.width
        now = time.time()
        tasks = [
            Task(
                id=f"{search.id}-{at + 1}-{number}",
                question=part.text,
                shard=part.shard,
                pass_name=one.name,
                prompt=one.worker,
                asked_at=now,
                deadline=now,  # put off when they are put
                lease_s=self._config.lease_s,
                budget_usd=share,
                group=f"{search.id}-{at + 1}",
                may_ask=search.budget_usd is not None,
            )
            for number, part in enumerate(parts.questions, 1)
        ]
        return PassState(one.name, WORKING, parts.derived, tuple(tasks), cost_usd=parts.cost_usd, notes=parts.notes)

    async def _worked(self, search: Search, at: int, state: PassState, show: Show) -> tuple[Finding, ...]:
        """The findings of a pass's tasks, in the order of the tasks; shown as they come."""
        turns = math.ceil(len(state.tasks) / self._at_once)
        deadline = time.time() + self._config.ask_timeout_s + turns * self._config.lease_s
        tasks = [replace(task, deadline=deadline) for task in state.tasks]
        heard: list[Finding] = []

        def hear(finding: Finding) -> None:
            heard.append(finding)
            show(search.with_pass(at, replace(state, findings=tuple(heard))))

        await self._assigning.put(tasks)
        found = await self._assigning.gather(tasks, hear)
        return tuple(found[task.id] for task in tasks if task.id in found)

    async def _written(self, search: Search, findings: Sequence[Finding]) -> Written:
        """One text of several findings: a model's if there is a budget, else the best quotes."""
        purse = self._allowance(search)
        synthesising = Synthesising(self._config, purse or Allowance(self._purse, 0.0))
        query = Query(search.id, search.question, synthesis=purse is not None)
        try:
            return await synthesising.write(query, findings, time.time() + WRITING_S, _silently)
        finally:
            await synthesising.close()

    async def _concluded(self, search: Search) -> Search:
        written = await self._written(search, search.found_so_far or search.findings)
        own_words = written.provider or any(map(has_own_words, search.found_so_far))
        said = written if own_words else conclusion(search.question, search.findings)
        return replace(
            search,
            text=said.text,
            found=said.found,
            citations=said.citations,
            cost_usd=written.cost_usd,
            notes=tuple(dict.fromkeys((*search.notes, *written.notes))),
        )

    def _allowance(self, search: Search) -> Purse | None:
        """For a call that is made while no worker is at it: all that is left. None if no model is to be asked."""
        return None if search.left_usd is None else Allowance(self._purse, search.left_usd)

    async def keep(self, search: Search) -> None:
        """Put away how far it has come."""
        body = search.to_json()
        await until_bus_answers(lambda: self._assigning.tasks.keep_search(search.id, body), self._config.ask_timeout_s)


async def _silently(event: Event) -> None:
    """Nobody reads along: what counts is what is kept."""


def _why_stop(search: Search, at: int) -> str:
    """Why the pass that was done last is the last; empty if it is not."""
    done, is_last = search.passes[at], at + 1 == len(search.passes)
    if is_last:
        return ""
    if search.budget_usd is not None and not search.left_usd:
        return f"the budget of ${search.budget_usd:.2f} is spent"
    if search.plan.stop_early and not done.new:
        return f"{done.name} added nothing new"
    return ""
