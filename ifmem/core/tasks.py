"""Tasks: one piece of work for one worker, which reports one finding and leaves. Values and rules; no I/O.

Tasks wait by priority, first in first out within one. Whoever puts several of one `group` hears of their findings in one place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from ifmem.core.findings import Finding
from ifmem.core.record import Record
from ifmem.errors import Exit, IfmemError

LABEL = "tasks"  # the queue that workers serve
PRIORITIES = ("high", "medium", "low")
HELP = "help"  # the kind of a task that a blocked worker puts; any other is `find`
BLOCKED = "Blocked:"  # how a model says that it cannot go on, and what it lacks
WAITING_FOR_HELP = "waiting for help"  # in the beat of a worker that does nothing else meanwhile
ENDED = frozenset({"found", "not found", "failed", "given up"})  # states
FOR_MODELS = 16  # workers at once where the work is waiting for a model


@dataclass(frozen=True)
class Task(Record):
    """What one worker is to find out. `shard` is whose context it borrows (empty: whichever scores best for the question).

    `prompt` is what a model is told before the question, e.g. a pass's. `deadline` is when nobody waits any more (epoch seconds),
    `lease_s` how long one worker may take. `budget_usd` is the most its calls to models may cost (None: what the set's own limits
    allow). `group` is who waits for it (empty: its own id), `asks_for` the task whose worker is blocked. `may_ask`: it may ask for help.
    """

    id: str
    question: str
    shard: str = ""
    kind: str = "find"
    pass_name: str = ""
    prompt: str = ""
    priority: str = "medium"
    asked_at: float = 0.0
    deadline: float = 0.0
    lease_s: float = 60.0
    budget_usd: float | None = None
    group: str = ""
    asks_for: str = ""
    may_ask: bool = True

    @property
    def reply_to(self) -> str:
        return self.group or self.id


@dataclass(frozen=True)
class TaskStatus(Record):
    """A task and what has become of it: `waiting`, `working`, `found`, `not found`, `failed` or `given up`."""

    task: Task
    state: str
    worker: str = ""
    finding: str = ""
    error: str = ""


def is_task(id_: str) -> bool:
    """Whether an id is that of a task that somebody put by itself; those of a search carry the search's."""
    return id_.startswith("t_")


def most_workers(wanted: int, providers: Iterable[str]) -> int:
    """How many workers at once: as configured, or, if that is 0, a core each where all read for themselves, more where they wait."""
    if wanted:
        return wanted
    reads_itself = all(provider == "extractive" for provider in providers)
    return len(os.sched_getaffinity(0)) if reads_itself and hasattr(os, "sched_getaffinity") else FOR_MODELS


def state_of(finding: Finding | None, *, waiting: bool, worker: str, dead: bool) -> str:
    if dead:
        return "given up"
    if finding is not None:
        return "failed" if finding.error else "found" if finding.found else "not found"
    return "working" if worker and not waiting else "waiting"


def lacking(task: Task, finding: Finding) -> str:
    """What the worker of `task` would need to go on; empty if it need not, or must not, ask."""
    if not task.may_ask or task.kind == HELP or finding.error:
        return ""
    said = finding.text.strip()
    if said.startswith(BLOCKED):
        return said.removeprefix(BLOCKED).strip() or task.question
    return "" if finding.found else task.question


def checked_priority(priority: str) -> str:
    """Raises IfmemError (exit code 2) for a word that is no priority."""
    if priority not in PRIORITIES:
        raise IfmemError(
            f"{priority!r} is not a priority.", fix=f"One of: {', '.join(PRIORITIES)}", exit_code=Exit.USAGE
        )
    return priority
