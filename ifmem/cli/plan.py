"""`ifmem plan`: what loading and asking will cost, before anything is spent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ifmem.cli.plan_view import rows, show
from ifmem.cli.session import Session
from ifmem.core.plan import DAYS, Daily, Holding, Plan
from ifmem.core.plan_advice import advise
from ifmem.core.prices import AS_OF

EXAMPLES = """
ifmem plan                 for 100 questions a day
ifmem plan 6000
ifmem plan --measure       with sizes that the vendor counted; free, needs a key
ifmem plan --json
"""


def command(
    ctx: typer.Context,
    questions_per_day: Annotated[int, typer.Argument(metavar="[QUESTIONS_PER_DAY]", min=1)] = 100,
    measure: Annotated[
        bool, typer.Option("--measure", help="Let the vendor count the pages: free, no model is asked.")
    ] = False,
) -> None:
    """Needs no key and no running set; what is not loaded yet is loaded. Asking is compared with sending the same pages again for every
    question (re-reading), and with extractive answers, which cost nothing. Exit code 0 also if the plan is not to do it.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        plan = memory.plan(questions_per_day, measure=measure, on_progress=session.screen.note)
    advice = list(advise(plan))
    if session.as_json:
        session.screen.json(as_object(plan, advice))
    elif session.screen.on_terminal:
        show(plan, advice, session.screen)
    else:
        session.screen.rows(rows(plan))
        session.screen.note("\n".join(advice))


def as_object(plan: Plan, advice: list[str]) -> dict[str, Any]:
    return {
        "schema": 1,
        "prices_as_of": AS_OF,
        "assumed": asdict(plan.habits) | {"kept_warm": plan.kept_warm, "synthesiser": plan.synthesiser},
        "shards": [_shard(holding, plan) for holding in plan.holdings],
        **{name: _ways(daily) for name, daily in (("routed", plan.routed), ("broadcast", plan.broadcast))},
        "extractive": {"day_usd": 0.0, "year_usd": 0.0},
        "pays": plan.pays,
        "pays_from_questions_per_day": plan.pays_from,
        "budget_day_usd": plan.budget_day_usd,
        "questions_per_day_within_budget": plan.affordable,
        "advice": advice,
    }


def _shard(holding: Holding, plan: Plan) -> dict[str, Any]:
    outlay = plan.outlay(holding)
    return {
        "name": holding.shard,
        "model": holding.model,
        "pages": list(holding.pages),
        "tokens": holding.tokens,
        "measured": holding.measured,
        "warm_all_usd": outlay.warm_all,
        "question_cold_usd": outlay.cold,
        "question_warm_usd": outlay.warm,
        "question_uncached_usd": outlay.uncached,
        "pays_from_questions_within_a_life": outlay.pays_from,
    }


def _ways(daily: Daily) -> dict[str, Any]:
    def year(day: float | None) -> float | None:
        return None if day is None else day * DAYS

    return {
        "day_usd": daily.cached,
        "year_usd": year(daily.cached),
        "uncached_day_usd": daily.uncached,
        "uncached_year_usd": year(daily.uncached),
        "of_it_synthesis_day_usd": daily.synthesis,
    }
