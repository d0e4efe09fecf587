"""`ifmem cost`: what calls to models did cost, by day, shard, purpose, model and token class, and what the cache has saved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.cli.text import count, dollars, one_line, plural, timestamp

if TYPE_CHECKING:
    from ifmem.core.costs import CostReport, Line, Saving, TokenClass
    from ifmem.core.findings import Usage

EXAMPLES = """
ifmem cost
ifmem cost --days 1
ifmem cost --json | jq .total.cost_usd
"""
GROUPS = {"DAY": "by_day", "SHARD": "by_shard", "PURPOSE": "by_purpose", "MODEL": "by_model"}


def command(
    ctx: typer.Context,
    days: Annotated[
        int, typer.Option("--days", min=1, metavar="N", help="The last N days (UTC), today included.")
    ] = 30,
) -> None:
    """As measured: what a vendor did not tell is blank. From the archive, so nothing has to run. In a pipe: tab-separated."""
    session: Session = ctx.obj
    with session.memory() as memory:
        report = memory.cost(days=days)
    if session.as_json:
        session.screen.json(report.to_dict())
    elif session.screen.on_terminal:
        session.screen.lines(render(report, session.screen.console(sys.stdout).width))
    else:
        session.screen.rows(tabular(report))


def tabular(report: CostReport) -> Iterator[list[object]]:
    """Each sum on a line: tokens and dollars in full, None where nothing was measured."""
    yield ["BY", "NAME", "CALLS", "UNMEASURED", "UNPRICED", "INPUT", "CACHE_WRITE", "CACHE_READ", "OUTPUT", "COST_USD"]
    groups = [("TOTAL", (report.total,)), *((title, getattr(report, name)) for title, name in GROUPS.items())]
    for title, lines in groups:
        for line in lines:
            tokens = list(vars(line.usage).values()) if line.usage else [None] * 4
            yield [title.lower(), line.name, line.calls, line.unmeasured, line.unpriced, *tokens, line.cost_usd]


def render(report: CostReport, width: int) -> Iterator[Text]:
    yield Text(headline(report))
    if not report.total.calls:
        return
    for title, name in GROUPS.items():
        yield Text()
        yield from layout(_columns(title, getattr(report, name)), width)
    yield Text()
    yield from layout(_class_columns(report.by_class), width)
    yield Text()
    yield from map(Text, remarks(report))


def headline(report: CostReport) -> str:
    span = "today" if report.days == 1 else f"in {report.days} days"
    if not report.total.calls or report.as_of is None:
        return f"no calls to a model {span}"
    cost = "" if report.total.cost_usd is None else f"{dollars(report.total.cost_usd)} "
    return f"{cost}{span}: {plural(report.total.calls, 'call')}, as of {timestamp(report.as_of)} (prices of {report.prices_as_of})"


def remarks(report: CostReport) -> Iterator[str]:
    """What the sums leave out, and what was saved."""
    if report.total.unmeasured:
        yield f"not measured, so not in the tokens: {plural(report.total.unmeasured, 'call')}"
    if report.total.unpriced:
        yield f"of unknown cost, so not in the dollars: {plural(report.total.unpriced, 'call')}"
    if report.saving:
        yield _saved(report.saving)


def _saved(saving: Saving) -> str:
    share = f"{abs(saving.saved_usd) / saving.baseline_usd:.0%}"
    verdict = f"saved {dollars(saving.saved_usd)} ({share})" if saving.saved_usd >= 0 else f"cost {share} more"
    return f"{verdict}: {dollars(saving.paid_usd)} paid, {dollars(saving.baseline_usd)} for {saving.baseline}"


def _columns(title: str, lines: Sequence[Line]) -> list[Column]:
    def tokens(of: Callable[[Usage], int]) -> list[str]:
        return [count(of(line.usage)) if line.usage else "" for line in lines]

    return [
        Column(title, 0, [one_line(line.name) for line in lines]),
        Column("CALLS", 2, [f"{line.calls:,}" for line in lines], right=True),
        Column("INPUT", 3, tokens(lambda usage: usage.input), right=True),
        Column("WRITTEN", 4, tokens(lambda usage: usage.cache_write), right=True),
        Column("READ", 5, tokens(lambda usage: usage.cache_read), right=True),
        Column("OUTPUT", 6, tokens(lambda usage: usage.output), right=True),
        Column("COST", 1, [_cost(line.cost_usd) for line in lines], right=True),
    ]


def _class_columns(classes: Sequence[TokenClass]) -> list[Column]:
    return [
        Column("TOKENS", 0, [one.name.replace("_", " ") for one in classes]),
        Column("NUMBER", 2, ["" if one.tokens is None else f"{one.tokens:,}" for one in classes], right=True),
        Column("COST", 1, [_cost(one.cost_usd) for one in classes], right=True),
    ]


def _cost(amount: float | None) -> str:
    return "" if amount is None else dollars(amount)
