"""What a journal entry is in the archive: its table and its row."""

from __future__ import annotations

import json
import time
from typing import Any

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.librarians import Shelved
from ifmem.core.queries import Query
from ifmem.core.record import Record
from ifmem.core.searches import Search
from ifmem.core.spending import Payment
from ifmem.core.strictness import read, read_object
from ifmem.core.tasks import Task
from ifmem.stores import archive_search, archived_calls, archived_work, shelves
from ifmem.stores.journal import Entry


def entry_row(entry: Entry) -> tuple[str, dict[str, Any]]:
    """Table and row of an entry. One that cannot be read is kept as an event, so that nothing is lost and nothing stands still."""
    try:
        return _known_row(entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        row = {"id": entry.id, "at": time.time(), "kind": "unreadable", "name": entry.kind, "text": entry.body}
        return "events", {**row, "body": json.dumps(row)}


def _known_row(entry: Entry) -> tuple[str, dict[str, Any]]:
    """Raises ValueError for what is no record of ours: whoever reaches the bus can write into the journal."""
    match entry.kind:
        case "question":
            asked = read(Query, entry.body)
            return "questions", {**_fields(asked, "id", "question", "asked_at"), "body": entry.body}
        case "finding":
            finding = read(Finding, entry.body)
            row = _fields(finding, "id", "query_id", "shard", "text", "created_at")
            cited = archive_search.cited_text(finding.citations)
            return "findings", {**row, "found": int(finding.found), "cited": cited, "body": entry.body}
        case "answer":
            answer = read(Answer, entry.body)
            row = _fields(answer, "id", "question", "answer", "asked_at")
            return "answers", {**row, "found": int(answer.found), "body": entry.body}
        case "shelved":
            return shelves.TABLE, dict(vars(read(Shelved, entry.body)))
        case "call":
            return archived_calls.TABLE, archived_calls.row_of(read(Payment, entry.body))
        case "task":
            return archived_work.TASKS, archived_work.task_row(read(Task, entry.body), entry.body)
        case "search":
            return archived_work.SEARCHES, archived_work.search_row(read(Search, entry.body), entry.body)
        case kind:
            return "events", _event(entry, kind)


def _fields(record: Record, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _event(entry: Entry, kind: str) -> dict[str, Any]:
    body = read_object(entry.body)
    words = {"kind": body.get("kind", kind), "name": body.get("name", ""), "text": body.get("text", "")}
    for word in words.values():
        str.encode(word)  # a half of a surrogate pair cannot be stored
    return {"id": entry.id, "at": float(body.get("at", time.time())), **words, "body": entry.body}
