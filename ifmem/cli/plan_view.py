"""A plan for people: the shards with the dollars of a question, and the ways to ask with those of a day and a year."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence

from ifmem.cli.screen import Screen
from ifmem.cli.table import Column, layout
from ifmem.cli.text import count, one_line
from ifmem.core.plan import DAYS, Plan
from ifmem.core.prices import AS_OF


def rows(plan: Plan) -> Iterator[list[object]]:
    """For a pipe: each shard, then each way to ask."""
    yield ["SHARD", "MODEL", "PAGES", "TOKENS", "SIZES", "WARM ALL USD", "COLD USD", "WARM USD", "RE-READ USD"]
    for holding in plan.holdings:
        outlay, sizes = plan.outlay(holding), "counted" if holding.measured else "estimated"
        dollars = (outlay.warm_all, outlay.cold, outlay.warm, outlay.uncached)
        yield [holding.shard, holding.model, len(holding.pages), holding.tokens, sizes, *dollars]
    yield ["A DAY", "QUESTIONS", "USD", "RE-READ USD", "OF IT SYNTHESIS USD", None, None, None, None]
    for name, daily in (("routed", plan.routed), ("broadcast", plan.broadcast)):
        asked = plan.habits.questions_per_day
        yield [name, asked, daily.cached, daily.uncached, daily.synthesis, None, None, None, None]


def show(plan: Plan, advice: Sequence[str], screen: Screen) -> None:
    width, habits = screen.console(sys.stdout).width, plan.habits
    asked = f"{habits.questions_per_day:,} questions a day in {habits.hours:g} hours"
    screen.lines(layout(_shard_columns(plan), width))
    screen.data(f"\n{asked}, {plan.reads_per_question - 1:.0%} of them to two shards:\n")
    screen.lines(layout(_day_columns(plan), width))
    screen.data("\n" + "\n".join(map(one_line, advice)))
    screen.note(_basis(plan))


def _basis(plan: Plan) -> str:
    counted = (
        "counted by the vendor" if all(one.measured for one in plan.read) else "estimated (ifmem plan --measure counts)"
    )
    told = "COLD, WARM and RE-READ are one question to one page, on average."
    return f"{told}\nSizes are {counted}; an answer is taken to have {plan.habits.output} tokens; prices of {AS_OF}."


def _shard_columns(plan: Plan) -> list[Column]:
    shards = plan.holdings
    outlays = [plan.outlay(holding) for holding in shards]

    def column(title: str, rank: int, cells: Iterator[str]) -> Column:
        return Column(title, rank, list(cells), right=True)

    return [
        Column("SHARD", 0, [one_line(holding.shard) for holding in shards]),
        Column("MODEL", 4, [one_line(holding.model) or "extractive" for holding in shards]),
        column("PAGES", 3, (f"{len(holding.pages):,}" for holding in shards)),
        column("TOKENS", 2, (count(holding.tokens) for holding in shards)),
        column("WARM ALL", 1, (price(outlay.warm_all) for outlay in outlays)),
        column("COLD", 1, (price(outlay.cold) for outlay in outlays)),
        column("WARM", 1, (price(outlay.warm) for outlay in outlays)),
        column("RE-READ", 1, (price(outlay.uncached) for outlay in outlays)),
    ]


def _day_columns(plan: Plan) -> list[Column]:
    ways = {
        "routed": plan.routed.cached,
        "routed, re-reading every time": plan.routed.uncached,
        "broadcast to all pages": plan.broadcast.cached,
        "broadcast, re-reading every time": plan.broadcast.uncached,
        "extractive, no model": 0.0,
    }
    years = [None if day is None else day * DAYS for day in ways.values()]
    return [
        Column("ASKED", 0, list(ways)),
        Column("A DAY", 0, [price(day) for day in ways.values()], right=True),
        Column("A YEAR", 1, [price(year) for year in years], right=True),
    ]


def price(amount: float | None) -> str:
    """Two significant digits, and cents in full; empty for a price that is not known."""
    if amount is None:
        return ""
    places = 2 if amount <= 0 else max(2, 1 - math.floor(math.log10(amount)))
    return f"${amount:,.{places}f}"
