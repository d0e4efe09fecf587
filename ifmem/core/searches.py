"""A search in several passes as a value: what was planned, asked and found so far. It can be put away at any time and gone on with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.prices import total_usd
from ifmem.core.record import Record
from ifmem.core.search_plan import Plan, SubQuestion
from ifmem.core.tasks import Task

WAITING, WORKING, DONE, SKIPPED = "waiting", "working", "done", "skipped"
BY_MODEL, BY_TERMS = "a model", "terms"


@dataclass(frozen=True)
class PassState(Record):
    """One pass. `new` counts the places that it quotes and no earlier one did, `derived` says who split the question, `cost_usd` is what
    splitting and writing did cost (None: not known), without the workers' part. `text` is what came of it."""

    name: str
    state: str = WAITING
    derived: str = ""
    tasks: tuple[Task, ...] = ()
    findings: tuple[Finding, ...] = ()
    text: str = ""
    new: int = 0
    cost_usd: float | None = 0.0
    notes: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "tasks": tuple(Task.from_dict(one) for one in values.get("tasks") or ()),
            "findings": tuple(Finding.from_dict(one) for one in values.get("findings") or ()),
            "notes": tuple(values.get("notes") or ()),
        }
        return super().from_dict({**values, **nested})

    @property
    def found(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.found]


@dataclass(frozen=True)
class Search(Record):
    """`budget_usd` is the most that all of it may cost (None: no model is asked). `text` and `citations` are the conclusion once it is
    there. `to_dict()` is `ifmem search --json`, schema 1, only ever extended."""

    id: str
    question: str
    plan: Plan
    passes: tuple[PassState, ...]
    shards: tuple[str, ...]
    asked_at: float = 0.0
    budget_usd: float | None = None
    state: str = WORKING
    text: str = ""
    found: bool = False
    citations: tuple[Citation, ...] = ()
    stopped: str = ""
    cost_usd: float | None = 0.0
    duration_ms: float = 0.0
    notes: tuple[str, ...] = field(default=())
    schema: int = 1

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            "plan": Plan.from_dict(values["plan"]),
            "passes": tuple(PassState.from_dict(one) for one in values["passes"]),
            "shards": tuple(values["shards"]),
            "citations": tuple(Citation.from_dict(one) for one in values.get("citations") or ()),
            "notes": tuple(values.get("notes") or ()),
        }
        return super().from_dict({**values, **nested})

    @property
    def findings(self) -> list[Finding]:
        return [finding for one in self.passes for finding in one.findings]

    @property
    def found_so_far(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.found]

    @property
    def asked(self) -> set[SubQuestion]:
        return {SubQuestion(task.question, task.shard) for one in self.passes for task in one.tasks}

    @property
    def spent_usd(self) -> float:
        """What is known to have been spent so far."""
        known = [*(finding.cost_usd for finding in self.findings), *(one.cost_usd for one in self.passes)]
        return total_usd([cost for cost in (*known, self.cost_usd) if cost is not None]) or 0.0

    @property
    def left_usd(self) -> float | None:
        """What is left of the budget; None without one."""
        return None if self.budget_usd is None else max(0.0, self.budget_usd - self.spent_usd)

    def with_pass(self, at: int, changed: PassState) -> Search:
        return replace(self, passes=(*self.passes[:at], changed, *self.passes[at + 1 :]))


def new_places(findings: Iterable[Finding], before: Iterable[Finding]) -> int:
    """How many places are quoted in `findings` and not in those before."""
    return len(_places(findings) - _places(before))


def _places(findings: Iterable[Finding]) -> set[str]:
    return {one.place for finding in findings for one in finding.citations if stands(one)}
