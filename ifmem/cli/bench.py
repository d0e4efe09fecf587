"""`ifmem bench`: what ifmem costs on this machine, beside named baselines measured in the same run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.bench.run import MEASUREMENTS, Outcome, machine, measure
from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.errors import Exit

if TYPE_CHECKING:
    from ifmem.bench.rows import Row

EXAMPLES = """
ifmem bench                    everything; takes some minutes
ifmem bench hand-off restart   two of them
ifmem bench --quick --json     fewer samples, one JSON object
"""


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help=f"{', '.join(MEASUREMENTS)}; all by default.",
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer samples.")] = False,
    repository: Annotated[
        Path | None, typer.Option("--repository", metavar="FOLDER", help="Whose commits freshness replays.")
    ] = None,
) -> int:
    """Measures sets of its own in temporary folders, never yours. For each thing: the median and the 95th percentile (of a rate: what 95
    of 100 rounds reached), the number of samples, what it is meant to reach, and its ratio to a baseline. Exit code 1 if a
    measurement failed; a target that was not reached is no failure.
    """
    from ifmem.bench.scale import FULL, QUICK

    session: Session = ctx.obj
    outcomes = []
    for outcome in measure(names or (), replace(QUICK if quick else FULL, repository=repository)):
        outcomes.append(outcome)
        _tell(session, outcome)
    if session.as_json:
        measured = [outcome.as_object() for outcome in outcomes]
        session.screen.json({"schema": 1, "quick": quick, "machine": machine(), "measurements": measured})
    elif session.screen.on_terminal:
        session.screen.lines(layout(_columns(outcomes), session.screen.console(sys.stdout).width))
    else:
        session.screen.rows(_tabular(outcomes))
    return int(Exit.DID_NOT_HAPPEN if any(outcome.error for outcome in outcomes) else Exit.DONE)


def _tell(session: Session, outcome: Outcome) -> None:
    if outcome.error:
        session.screen.error(f"{outcome.name}: {outcome.error}")
    else:
        session.screen.note(f"{outcome.name}: {outcome.skipped or f'measured in {outcome.took_s:.0f} s'}")


def _tabular(outcomes: list[Outcome]) -> Iterator[list[object]]:
    yield ["MEASUREMENT", "WHAT", "P50", "P95", "UNIT", "SAMPLES", "TARGET", "REACHED", "RATIO", "BASELINE"]
    for outcome in outcomes:
        for row in outcome.rows:
            head = [outcome.name, row.what, _number(row.p50), _number(row.p95), row.unit, row.samples]
            yield [*head, row.target, _reached(row), _number(row.ratio), row.baseline]


def _columns(outcomes: list[Outcome]) -> list[Column]:
    rows = [row for outcome in outcomes for row in outcome.rows]

    def column(title: str, rank: int, cells: Iterator[Any], *, right: bool = False) -> Column:
        return Column(title, rank, [str(cell) for cell in cells], right=right)

    return [
        column("WHAT", 0, (row.what for row in rows)),
        column("P50", 0, (_number(row.p50) for row in rows), right=True),
        column("P95", 3, (_number(row.p95) for row in rows), right=True),
        column("UNIT", 1, (row.unit for row in rows)),
        column("SAMPLES", 5, (f"{row.samples:,}" for row in rows), right=True),
        column("TARGET", 2, (row.target or "" for row in rows), right=True),
        column("REACHED", 4, (_reached(row) for row in rows)),
        column("RATIO", 6, (_number(row.ratio) for row in rows), right=True),
        column("BASELINE", 7, (row.baseline for row in rows)),
    ]


def _number(value: float | None) -> str:
    """Three significant digits, and never fewer than the whole part has."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _reached(row: Row) -> str:
    return {True: "yes", False: "no", None: ""}[row.reached]
