"""What a plan comes to, in plain words: whether model shards pay, from when on, and what would be cheaper. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ifmem.core.cache_rules import LIVES_S
from ifmem.core.plan import Plan

WORTH_SAYING = 0.95  # another setting is named if it costs less than this share
DO_NOT = "Do not use model shards for this"


def advise(plan: Plan) -> Iterator[str]:
    """Sentences, the verdict first."""
    if not any(holding.pages for holding in plan.holdings):
        yield f"{DO_NOT}: nothing is loaded."
    elif not plan.read:
        yield "Nothing to pay: these shards answer extractively."
    elif plan.pages is None:
        yield "No price is known for a model here: its cost cannot be planned."
    else:
        yield _verdict(plan)
        yield from _cheaper_life(plan)
        yield from _budget(plan)


def _verdict(plan: Plan) -> str:
    pages = plan.pages or []
    asked = plan.habits.questions_per_day
    if not any(page.cacheable for page in pages):
        least = min(page.model.cache_minimum for page in pages)
        return (
            f"{DO_NOT}: the vendor caches nothing under {least:,} tokens, so that each question pays for all it reads."
        )
    start = plan.pays_from
    if plan.pays:
        share = 1.0 - (plan.routed.cached or 0.0) / (plan.routed.uncached or 1.0)
        return f"It pays: {share:.0%} less than re-reading every time; from {start or asked:,} questions a day on."
    then = f"they pay from {start:,} questions a day on" if start else "no number of questions makes them pay"
    return f"{DO_NOT}: at {asked:,} questions a day a page is cold when it is asked, which is dearer than re-reading; {then}."


def _cheaper_life(plan: Plan) -> Iterator[str]:
    for ttl in LIVES_S:
        other = plan.with_ttl(ttl).routed.cached
        if other is not None and other < WORTH_SAYING * (plan.routed.cached or 0.0):
            yield f'Cheaper: cache_ttl = "{ttl}", ${other:.2f} a day.'


def _budget(plan: Plan) -> Iterator[str]:
    most = plan.affordable
    if most is not None and most < plan.habits.questions_per_day:
        yield f"Over the budget: ${plan.budget_day_usd:.2f} a day is enough for {most:,} questions; after them answers are extractive."
