"""`ifmem eval`: questions with known answers, asked of the folder's indexes in this process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.cli.text import latency, one_line
from ifmem.core.evaluation import (
    Change,
    Coverage,
    Estimate,
    Outcome,
    Report,
    changes,
    coverage,
    grouped,
    percentiles_ms,
    report,
)
from ifmem.core.questions import SHAPE, Question, read_questions
from ifmem.errors import Exit, IfmemError

EXAMPLES = """
ifmem eval questions.jsonl
ifmem eval questions.jsonl --json > before.json
ifmem eval questions.jsonl --compare before.json
"""
RATES = {
    "HIT@1": "hit_at_1",
    "HIT@5": "hit_at_5",
    "HIT@10": "hit_at_10",
    "ALL@5": "all_at_5",
    "MRR": "mrr",
    "ROUTED@1": "routed_at_1",
    "ROUTED@2": "routed_at_2",
    "REFUSED": "refusals",
    "FALSELY": "false_refusals",
}
SHOWN_PATHS = 3


def command(
    ctx: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="JSON Lines: id, question, evidence.")],
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="OLD.json", help="Say what changed since an earlier --json.")
    ] = None,
) -> None:
    """Needs no running set, and no key: it measures the index and the extractive reader.

    One question a line: id, question, and evidence (a list of path, start, end: any of them is right, all with
    "all": true) or "not_found": true. Optional: must_contain (one of these strings), kind (a group in the report).
    In a pipe: tab-separated.
    """
    session: Session = ctx.obj
    asked = read_questions(_text(questions), str(questions))
    earlier = _outcomes(compare) if compare else None
    outcomes = asyncio.run(_ask(session, asked))
    changed = None if earlier is None else changes(earlier, outcomes)
    if session.as_json:
        session.screen.json(as_object(outcomes, changed))
        return
    table = _table(outcomes)
    if session.screen.on_terminal:
        titles, *rows = table
        columns = [Column(title, 0, [row[i] for row in rows], right=i > 0) for i, title in enumerate(titles)]
        session.screen.lines(layout(columns, session.screen.console(sys.stdout).width))
    else:
        session.screen.rows(table)
    for line in (*_notes(outcomes), *(() if changed is None else _changed(changed))):
        session.screen.data(line)


async def _ask(session: Session, questions: Sequence[Question]) -> list[Outcome]:
    from ifmem.processes.examining import Examiner, unknown_paths

    with Examiner(
        session.trusted_config(), lambda text: session.screen.note(text) if session.verbose else None
    ) as examiner:
        if unknown := list(unknown_paths(questions, examiner.owners)):
            named = "; ".join(unknown[:SHOWN_PATHS])
            are = "place of evidence is" if len(unknown) == 1 else "places of evidence are"
            session.screen.note(f"{len(unknown)} {are} not loaded and cannot be found: {named}")
        return [await examiner.ask(question) for question in questions]


def as_object(outcomes: Sequence[Outcome], changed: Sequence[Change] | None) -> dict[str, Any]:
    """Everything that was measured, schema 1; `outcomes` is what `--compare` reads."""
    compared = {} if changed is None else {"changes": [change._asdict() for change in changed]}
    return {
        "schema": 1,
        "all": report(outcomes).to_dict(),
        "domains": {name: one.to_dict() for name, one in grouped(outcomes, lambda one: one.domain).items()},
        "kinds": {name: one.to_dict() for name, one in grouped(outcomes, lambda one: one.kind).items()},
        "margins": [row._asdict() for row in coverage(outcomes)],
        "latency_ms": percentiles_ms(outcomes),
        **compared,
        "outcomes": [outcome.to_dict() for outcome in outcomes],
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise IfmemError(
            f"cannot read {path}.", why=str(why), fix=f"One object a line: {SHAPE}", exit_code=Exit.USAGE
        ) from None


def _outcomes(path: Path) -> list[Outcome]:
    text = _text(path)
    try:
        return [Outcome.from_dict(fields) for fields in json.loads(text)["outcomes"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise IfmemError(
            f"cannot compare with {path}.",
            why="it is not what ifmem eval prints with --json",
            fix=f"ifmem eval QUESTIONS.jsonl --json > {path}",
            exit_code=Exit.USAGE,
        ) from None


def _table(outcomes: Sequence[Outcome]) -> list[list[str]]:
    groups = {
        "all": report(outcomes),
        **grouped(outcomes, lambda one: one.domain),
        **grouped(outcomes, lambda one: one.kind),
    }
    return [["QUESTIONS", "N", *RATES], *(_row(one_line(name), group) for name, group in groups.items())]


def _row(name: str, group: Report) -> list[str]:
    rates: Iterable[Estimate | None] = (getattr(group, attribute) for attribute in RATES.values())
    return [name, str(group.answerable + group.not_found), *("-" if r is None else f"{r.value:.2f}" for r in rates)]


def _notes(outcomes: Sequence[Outcome]) -> list[str]:
    hits, took = report(outcomes).hit_at_1, percentiles_ms(outcomes)
    lines = [f"latency p50 {latency(took['p50'])}, p95 {latency(took['p95'])}"]
    if hits:
        lines.insert(0, f"hit@1 is between {hits.low:.2f} and {hits.high:.2f} (95%, bootstrap)")
    return [*lines, *map(_margin, coverage(outcomes))]


def _margin(row: Coverage) -> str:
    return f"margin {row.margin:.2f}: {row.shards_asked:.2f} shards asked, the right one in {row.right_one_asked:.0%}"


def _changed(changed: Sequence[Change]) -> list[str]:
    if not changed:
        return ["no question went another way"]
    return [f"{one.id}  {_said(one.before)} -> {_said(one.after)}  {one_line(one.question)}" for one in changed]


def _said(rank: int | None) -> str:
    return "refused" if rank is None else f"hit {rank}" if rank else "miss"
