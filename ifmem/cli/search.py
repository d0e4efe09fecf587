"""`ifmem search`: a question in passes of many workers, each pass building on what was found before; a report with checked sources."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.search_view import following
from ifmem.cli.session import Session
from ifmem.cli.text import dollars
from ifmem.core.search_report import report
from ifmem.core.searches import Search
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.search_plan import Plan

EXAMPLES = """
ifmem search "Why do retries give up?"
ifmem search "Is the limit enforced everywhere?" --passes 4 --workers 20 > report.md
ifmem search "What depends on the old format?" --budget 0.50
ifmem search --resume s_019aa4c8f2e6d1b7a3c59
"""


def command(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", hidden=True)] = None,
    passes: Annotated[
        int | None, typer.Option("--passes", min=1, metavar="N", help="Only the first N of the plan.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="In all, shared out over the passes; default 40."),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Your own passes, prompts and widths (TOML).")
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", min=0.0, metavar="USD", help="The most that models may cost.")
    ] = None,
    resume: Annotated[str, typer.Option("--resume", metavar="ID", help="Go on with a search.")] = "",
) -> Exit:
    """The passes: scan, validate, challenge, cross-reference, contradict, synthesise, reverse, monitor. The search stops early when a
    pass adds nothing new. The report (Markdown) goes to stdout. Where models are asked you are asked for a budget first.
    """
    session: Session = ctx.obj
    question = " ".join(words or [])
    if bool(question.strip()) == bool(resume):
        raise IfmemError("name one question, or the id of one search.", fix='ifmem search "…"', exit_code=Exit.USAGE)
    with session.memory() as memory:
        if resume:
            search = _followed(session, lambda heard: memory.resume_search(resume, on_progress=heard))
        else:
            chosen = _plan(plan, passes, workers)
            budget_usd = _budget(session, memory, chosen, budget)
            search = _followed(
                session,
                lambda heard: memory.search(question, plan=chosen, budget_usd=budget_usd, on_progress=heard),
            )
    if search is None:
        return Exit.INTERRUPTED
    _show(session, search)
    return Exit.DONE


def _followed(session: Session, run: Callable[[Callable[[Search], None]], Search]) -> Search | None:
    """The search as it ends, shown while it goes on; None if it was interrupted, which leaves it to be gone on with."""
    begun: list[Search] = []
    try:
        with following(session.screen) as draw:

            def heard(search: Search) -> None:
                begun[:] = [search]
                draw(search)

            return run(heard)
    except KeyboardInterrupt:
        if begun:
            session.screen.error(f"ifmem: interrupted. Go on with it: ifmem search --resume {begun[0].id}")
        return None


def _plan(path: Path | None, passes: int | None, workers: int | None) -> Plan:
    from ifmem.processes.search_plans import default_plan, own_plan

    plan = own_plan(path) if path else default_plan()
    if passes is not None:
        plan = plan.shortened(passes)
    return plan if workers is None else plan.spread(workers)


def _budget(session: Session, memory: Memory, plan: Plan, budget: float | None) -> float | None:
    """What it may cost, asked for where there is somebody to ask."""
    if budget is not None or not memory.uses_models or not (sys.stdin.isatty() and session.screen.notes_on_terminal):
        return budget
    calls = plan.workers + 2 * len(plan.passes) + 1
    text = f"This asks models up to {calls} times. It may cost at most, in dollars"
    asked: float = typer.prompt(text, default=memory.config.budget_question_usd, type=float, err=True)
    return asked


def _show(session: Session, search: Search) -> None:
    if session.as_json:
        session.screen.json(search.to_dict())
        return
    session.screen.data(report(search), end="")
    session.screen.flush()
    cost = "" if search.budget_usd is None else f" · {dollars(search.spent_usd)}"
    session.screen.note(f"id {search.id} · {len(search.findings)} findings{cost}")
