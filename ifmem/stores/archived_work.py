"""The archive's tables of tasks and of searches: a row a task as it was put, a row a search as it stands."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from ifmem.core.searches import Search
from ifmem.core.tasks import Task

TASKS, SEARCHES = "tasks", "searches"


def create(db: Database) -> None:
    words = dict.fromkeys(("id", "question", "shard", "pass_name", "priority", "asks_for"), str)
    db.table(TASKS).create({**words, "asked_at": float, "body": str}, pk="id").create_index(["asked_at"])
    db.table(SEARCHES).create({"id": str, "question": str, "state": str, "asked_at": float, "body": str}, pk="id")


def task_row(task: Task, body: str) -> dict[str, Any]:
    names = ("id", "question", "shard", "pass_name", "priority", "asks_for", "asked_at")
    return {**{name: getattr(task, name) for name in names}, "body": body}


def search_row(search: Search, body: str) -> dict[str, Any]:
    return {**{name: getattr(search, name) for name in ("id", "question", "state", "asked_at")}, "body": body}


def search_body(db: Database, search_id: str) -> str | None:
    """How a search stands; None for one that is not known."""
    if not db.table(SEARCHES).exists():
        return None
    return next((str(row["body"]) for row in db.table(SEARCHES).rows_where("id = ?", [search_id])), None)
