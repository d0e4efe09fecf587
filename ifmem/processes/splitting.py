"""Splitting a question for one pass of a search: by a model that is told the pass's prompt and the findings so far, or by their words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from ifmem.config import Config
from ifmem.core.passes import Known, derive
from ifmem.core.search_plan import Pass, SubQuestion, sub_questions
from ifmem.core.searches import BY_MODEL, BY_TERMS, Search
from ifmem.errors import IfmemError
from ifmem.providers.contract import Done, Restart, Synthesis, Synthesiser, Text
from ifmem.providers.spending import Purse
from ifmem.providers.synthesiser_choice import synthesiser_for

WITHIN_S = 60.0
MOST_FINDINGS = 40  # that a model is shown, the newest


@dataclass(frozen=True)
class Split:
    """`derived` says who split the question; `notes` why a model that should have did not."""

    questions: tuple[SubQuestion, ...]
    derived: str
    cost_usd: float | None = 0.0
    notes: tuple[str, ...] = ()


async def split(
    search: Search, one: Pass, config: Config, purse: Purse | None, make: Callable[..., Synthesiser] = synthesiser_for
) -> Split:
    """The sub-questions of a pass, none that was asked before. Without a `purse` no model is asked."""
    plain = derive(one.way, Known(search.question, search.shards, search.found_so_far), search.asked, one.width)
    if purse is None:
        return Split(tuple(plain), BY_TERMS)
    try:
        async with asyncio.timeout(WITHIN_S):
            text, cost = await _ask(search, one, make(config, purse))
    except TimeoutError:
        return Split(tuple(plain), BY_TERMS, None, (f"the model did not split the question within {WITHIN_S:.0f} s",))
    except IfmemError as error:
        return Split(tuple(plain), BY_TERMS, 0.0, (f"{error.what} {error.why}".strip(),))
    asked = search.asked
    wanted = [question for question in sub_questions(text, search.shards, one.width * 2) if question not in asked]
    if not wanted:
        return Split(tuple(plain), BY_TERMS, cost, ("the model named no sub-question that was not asked already",))
    return Split(tuple(wanted[: one.width]), BY_MODEL, cost)


async def _ask(search: Search, one: Pass, synthesiser: Synthesiser) -> tuple[str, float | None]:
    """What the model writes, and its cost."""
    shards = ", ".join(search.shards)
    said: list[str] = []
    cost: float | None = 0.0
    request = Synthesis(
        question=f"The question: {search.question}\n\nThe shards: {shards}. At most {one.width} sub-questions.",
        instructions=one.prompt,
        findings=tuple(search.found_so_far[-MOST_FINDINGS:]),
        deadline_s=WITHIN_S,
        query_id=search.id,
    )
    try:
        async with aclosing(synthesiser.synthesise(request)) as events:
            async for event in events:
                match event:
                    case Text(text):
                        said.append(text)
                    case Restart():
                        said.clear()
                    case Done():
                        cost = event.cost_usd
    finally:
        await synthesiser.close()
    return "".join(said), cost
