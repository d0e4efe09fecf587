"""`ifmem chaos`: faults against a private set under load, and the proof that nothing was lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.chaos.faults import FAULTS
from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.errors import Exit

if TYPE_CHECKING:
    from ifmem.chaos.report import FaultReport, Report

EXAMPLES = """
ifmem chaos                                   one minute of everything
ifmem chaos --minutes 10 --seed 7             the long run
ifmem chaos --faults kill-shard,bus-empty     two kinds only
"""


def command(
    ctx: typer.Context,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same faults in the same order.")] = 1,
    minutes: Annotated[float, typer.Option("--minutes", min=0.05, metavar="M", help="How long faults arrive.")] = 1.0,
    faults: Annotated[str, typer.Option("--faults", metavar="NAME,…", help=f"Only some of: {', '.join(FAULTS)}.")] = "",
    clients: Annotated[int, typer.Option("--clients", min=1, max=256, metavar="N", help="Askers at once.")] = 48,
) -> int:
    """Starts a set of its own in a temporary folder, never yours, and does harm to it while clients ask. For each kind of fault: how often,
    how soon it was noticed, how soon everyone it hit was ready again (median and 95th percentile). Exit code 1 if anything that must never
    happen did.
    """
    from ifmem.chaos.outside import carry_out
    from ifmem.chaos.plan import Plan

    session: Session = ctx.obj
    names = tuple(name.strip() for name in faults.split(",") if name.strip())
    return show(carry_out(Plan(seed, minutes, names, clients), quiet=session.quiet), session)


def show(report: Report, session: Session) -> int:
    """Print a report and return the exit code it deserves."""
    if session.as_json:
        session.screen.json({**report.to_dict(), "broken": report.broken})
    elif session.screen.on_terminal:
        session.screen.lines(layout(_columns(report), session.screen.console(sys.stdout).width))
        session.screen.data(_summary(report))
    else:
        session.screen.rows(_tabular(report))
    return int(Exit.DID_NOT_HAPPEN if report.broken else Exit.DONE)


def _columns(report: Report) -> list[Column]:
    done = [one for one in report.faults if not one.skipped]
    return [
        Column("FAULT", 0, [one.fault for one in done]),
        Column("WHAT", 3, [one.what for one in done]),
        Column("TIMES", 0, [str(one.injected) for one in done], right=True),
        Column("NOTICED", 1, [_ms(one.noticed_p50_ms) for one in done], right=True),
        Column("P95", 4, [_ms(one.noticed_p95_ms) for one in done], right=True),
        Column("READY", 1, [_ms(one.ready_p50_ms) for one in done], right=True),
        Column("P95", 4, [_ms(one.ready_p95_ms) for one in done], right=True),
    ]


def _summary(report: Report) -> str:
    from ifmem.chaos.report import INVARIANTS

    counts = report.counts
    lines = ["", f"{counts['asked']:,} asked, {counts['answered']:,} answered, {counts['told']:,} told why not"]
    lines += [f"{'BROKEN' if counts[name] else 'ok':6}  {counts[name]:,} {INVARIANTS[name]}" for name in INVARIANTS]
    lines += [f"        {name}: {text}" for name in report.broken for text in report.details.get(name, ())]
    lines += [f"told    {text}" for text in report.details.get("told", ())]
    lines += [f"skipped {one.fault}: {one.skipped}" for one in report.faults if one.skipped]
    return "\n".join(lines)


def _tabular(report: Report) -> Iterator[list[object]]:
    yield ["FAULT", "INJECTED", "NOTICED_P50_MS", "NOTICED_P95_MS", "READY_P50_MS", "READY_P95_MS", "SKIPPED"]
    for one in report.faults:
        yield [one.fault, one.injected, *_times(one), one.skipped]
    yield []
    yield ["COUNT", "VALUE"]
    for name, value in report.counts.items():
        yield [name, value]
    if report.broken:
        yield []
        yield ["BROKEN", "WHAT"]
    for name in report.broken:
        for text in report.details.get(name, ()):
            yield [name, text]


def _times(one: FaultReport) -> list[float | None]:
    times = (one.noticed_p50_ms, one.noticed_p95_ms, one.ready_p50_ms, one.ready_p95_ms)
    return [None if time is None else round(time, 1) for time in times]


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"
