"""A search before it begins: its question, its passes, and the shards in the order in which they are worth asking."""

from __future__ import annotations

from collections.abc import Sequence

from ifmem.config import Config
from ifmem.core.record import new_id
from ifmem.core.search_plan import Plan
from ifmem.core.searches import PassState, Search
from ifmem.errors import Exit, IfmemError
from ifmem.processes.asking import new_query
from ifmem.processes.route import Router


def new_search(
    question: str, plan: Plan, shards: Sequence[str], config: Config, *, uses_models: bool, budget_usd: float | None
) -> Search:
    """Raises IfmemError (exit code 2) for a question that cannot be asked, or if models would be paid for and nobody said how much."""
    asked = new_query(question, (), (), config.ask_timeout_s)
    if uses_models and budget_usd is None:
        raise IfmemError(
            "nobody has said what this search may cost.",
            why=f"it asks models in up to {plan.workers} tasks and {2 * len(plan.passes) + 1} calls of its own",
            fix="Say it: ifmem search --budget USD, from an agent or Python: budget_usd",
            exit_code=Exit.USAGE,
        )
    return Search(
        new_id("s"),
        asked.question,
        plan,
        tuple(PassState(one.name) for one in plan.passes),
        _best_first(asked.question, shards, config),
        asked.asked_at,
        budget_usd if uses_models else None,
    )


def _best_first(question: str, shards: Sequence[str], config: Config) -> tuple[str, ...]:
    """A pass may use fewer workers than there are shards: then those have to be asked that hold most of the question."""
    scores = Router(config, shards).route(question).scores
    return tuple(sorted(shards, key=lambda shard: -scores.get(shard, 0.0)))
