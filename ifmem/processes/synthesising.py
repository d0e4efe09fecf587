"""One answer of several findings: written by a model where there is one to ask and something to write, else put side by side.

What a model could not do is said in a note; it never fails an answer whose findings are there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding, Usage
from ifmem.core.merging import merge
from ifmem.core.queries import Query
from ifmem.core.synthesis import needs_one_answer, settled
from ifmem.errors import IfmemError
from ifmem.processes.drafting import Draft
from ifmem.providers.contract import Event, Restart, Synthesis, Synthesiser, Text
from ifmem.providers.several_pages import NOTHING
from ifmem.providers.spending import Purse
from ifmem.providers.synthesiser_choice import synthesiser_for

log = logging.getLogger("ifmem")
SIDE_BY_SIDE = "the findings stand side by side"
TRUNCATED = "the answer was cut off at the output limit"
SHORTCOMINGS = {
    "refused": "the model refused to make one answer of them",
    "incomplete": "the one answer that was made of them broke off",
}

Say = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True)
class Written:
    """The part of an answer that is made of its findings, and what making it took.

    `failure` says why a model's answer cannot be used. `cost_usd` is None where it is not known.
    """

    text: str = ""
    found: bool = False
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    provider: str = ""
    model: str = ""
    asked_again: int = 0
    failure: str = ""


class Synthesising:
    """Keeps a synthesiser for each model that was asked for; `make` makes them."""

    def __init__(
        self, config: Config, purse: Purse, make: Callable[[Config, Purse, str], Synthesiser] = synthesiser_for
    ) -> None:
        self._config = config
        self._purse = purse
        self._make = make
        self._known: dict[str, Synthesiser] = {}
        self._instructions = prompts.instructions("coordinator")

    async def write(self, query: Query, findings: Sequence[Finding], until: float, say: Say) -> Written:
        """One answer, by `until` (seconds since the epoch). `say` hears a model's text as it comes, and what is taken back."""
        merged = merge(findings)
        found = tuple(finding for finding in findings if finding.found)
        wanted = query.type == "query" and query.synthesis and self._config.synthesis
        if not (wanted and needs_one_answer(found)):
            return Written(merged.text, merged.found, merged.citations)
        written = await self._try(query, found, until, say)
        if not written.failure:
            return written
        note = f"{SIDE_BY_SIDE}: {written.failure}"
        if written.text:
            await say(Restart(note))
        return replace(
            written, text=merged.text, found=merged.found, citations=merged.citations, notes=(note,), failure=""
        )

    async def close(self) -> None:
        for synthesiser in self._known.values():
            await synthesiser.close()

    async def _try(self, query: Query, found: tuple[Finding, ...], until: float, say: Say) -> Written:
        """What a model writes; `failure` is filled if it cannot be used."""
        left = until - time.time()
        if left <= 0:
            return Written(failure="there was no time left to make one answer of them")
        said: list[str] = []

        async def pass_on(event: Event) -> None:
            if isinstance(event, Text):
                said.append(event.text)
            await say(event)

        try:
            async with asyncio.timeout(left):
                return await self._ask(query, found, left, pass_on)
        except IfmemError as error:
            return Written("".join(said), failure=f"{error.what} {error.why}".strip())
        except TimeoutError:
            late = f"no one answer was made of them within {left:.0f} s"
            return Written("".join(said), failure=late, cost_usd=None)
        # The findings are there, and no fault of a model's adapter may keep them from the asker.
        except Exception as error:
            log.exception("%s: no one answer could be made", query.id)
            unforeseen = f"{type(error).__name__}: {error}; see ifmem logs coordinator"
            return Written("".join(said), failure=unforeseen, cost_usd=None)

    async def _ask(self, query: Query, found: tuple[Finding, ...], left_s: float, say: Say) -> Written:
        synthesiser = self._synthesiser(query.model)
        request = Synthesis(
            question=query.question,
            instructions=self._instructions,
            findings=found,
            deadline_s=left_s,
            history=query.history,
            query_id=query.id,
        )
        draft = Draft(lambda citation: settled(citation, found))
        async with aclosing(synthesiser.synthesise(request)) as events:
            async for event in events:
                draft.take(event)
                await say(event)
        return _judged(draft, synthesiser)

    def _synthesiser(self, model: str) -> Synthesiser:
        if model not in self._known:
            self._known[model] = self._make(self._config, self._purse, model)
        return self._known[model]


def _judged(draft: Draft, by: Synthesiser) -> Written:
    said = draft.finding()
    failure = SHORTCOMINGS.get(said["stop"], "")
    if not failure and not said["found"] and not said["text"].lstrip().startswith(NOTHING):
        failure = "the one answer that was made of them cites nothing that they hold"
    return Written(
        text=said["text"],
        found=said["found"],
        citations=said["citations"],
        notes=(TRUNCATED,) if said["stop"] == "truncated" else (),
        usage=said["usage"],
        cost_usd=said["cost_usd"],
        provider=by.name,
        model=by.model,
        asked_again=said["asked_again"],
        failure=failure,
    )
