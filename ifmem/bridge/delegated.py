"""Tasks and searches as a model reads them: compact text, and the same facts as structure. Capped, and saying so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from ifmem.bridge.recalled import LONGEST_ANSWER, cut
from ifmem.core.search_report import report
from ifmem.core.searches import DONE, PassState
from ifmem.core.tasks import ENDED

if TYPE_CHECKING:
    from ifmem.core.findings import Finding
    from ifmem.core.searches import Search
    from ifmem.core.tasks import TaskStatus

INTERRUPTED = "interrupted"
LONGEST_LISTED = 200  # characters of a question in a list


class Delegated(TypedDict):
    """`text` is the finding of a task, the report of a search that is done; `finding` its id. `next` is what to do now."""

    id: str
    kind: str
    state: str
    work: str
    found: bool
    text: str
    sources: list[str]
    finding: str
    passes: list[str]
    notes: list[str]
    cost_usd: float | None
    next: str


class Listed(TypedDict):
    tasks: list[Delegated]


def task_facts(status: TaskStatus, finding: Finding | None) -> Delegated:
    error = f"{finding.error} {finding.fix}".strip() if finding else status.error
    return Delegated(
        id=status.task.id,
        kind="task",
        state=status.state,
        work=cut(status.task.question, LONGEST_LISTED),
        found=bool(finding and finding.found),
        text=cut(finding.text, LONGEST_ANSWER) if finding else "",
        sources=[f"{one.place} ({one.verification})" for one in finding.citations] if finding else [],
        finding=status.finding,
        passes=[],
        notes=list(filter(None, (error, finding.note if finding else ""))),
        cost_usd=finding.cost_usd if finding else 0.0,
        next=_next(status.state, status.task.id),
    )


def search_facts(search: Search, trouble: str | None) -> Delegated:
    """`trouble` is why nobody here works on it, if it is not done; None while somebody does."""
    state = INTERRUPTED if trouble is not None and search.state != DONE else search.state
    done = search.state == DONE
    whole = report(search) if done else ""
    cut_off = f"all of it, with every finding, is ifmem://search/{search.id}" if len(whole) > LONGEST_ANSWER else ""
    return Delegated(
        id=search.id,
        kind="search",
        state=state,
        work=cut(search.question, LONGEST_LISTED),
        found=search.found,
        text=cut(whole, LONGEST_ANSWER),
        sources=[f"{one.place} ({one.verification})" for one in search.citations],
        finding="",
        passes=[_pass(one) for one in search.passes],
        notes=[*search.notes, *filter(None, (search.stopped, cut_off, "" if done else trouble))],
        cost_usd=search.spent_usd,
        next=_next(state, search.id),
    )


def _pass(one: PassState) -> str:
    heard = f", {len(one.findings)} of {len(one.tasks)} workers reported, {len(one.found)} found something"
    return f"{one.name}: {one.state}{heard if one.tasks else ''}"


def _next(state: str, work_id: str) -> str:
    if state == INTERRUPTED:
        return f"delegate_work with work={work_id} goes on with it"
    return "" if state in ENDED or state == DONE else f"look again with memory_status, work={work_id}"


def delegated_text(facts: Delegated) -> str:
    cost = "unknown" if facts["cost_usd"] is None else f"${facts['cost_usd']:.4f}"
    head = f"{facts['kind']} {facts['id']}: {facts['state']} · cost {cost}"
    return "\n".join(
        [
            head,
            *facts["passes"],
            *filter(None, [facts["text"]]),
            *(f"- {source}" for source in facts["sources"]),
            *filter(None, [_uri(facts)]),
            *(f"[{note}]" for note in (*facts["notes"], facts["next"]) if note),
        ]
    )


def listed_facts(tasks: Sequence[TaskStatus]) -> Listed:
    return Listed(tasks=[task_facts(one, None) for one in tasks])


def listed_text(facts: Listed) -> str:
    lines = [f"{one['id']} {one['state']}: {one['work']} {_uri(one)}".rstrip() for one in facts["tasks"]]
    return "\n".join(lines) or "No tasks."


def _uri(facts: Delegated) -> str:
    return f"ifmem://finding/{facts['finding']}" if facts["finding"] else ""
