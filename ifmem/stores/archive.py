"""The archive: one SQLite file that outlives everything. The archivist alone writes it; readers open it read-only.

The position in the journal is stored in the same transaction as the entries read there, so every entry is in the archive exactly once,
whenever the archivist dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

from ifmem.core.records import Answer, Finding
from ifmem.errors import IfmemError
from ifmem.stores.journal import Entry

migrations = Migrations("ifmem")
START = "0-0"


@migrations()
def first(db: Database) -> None:
    table(db, "questions").create({"id": str, "question": str, "asked_at": float, "body": str}, pk="id")
    table(db, "findings").create(
        {"id": str, "query_id": str, "shard": str, "found": int, "text": str, "created_at": float, "body": str},
        pk="id",
    ).create_index(["created_at"])
    table(db, "answers").create(
        {"id": str, "question": str, "answer": str, "found": int, "asked_at": float, "body": str}, pk="id"
    ).create_index(["asked_at"])
    table(db, "events").create(
        {"id": str, "at": float, "kind": str, "name": str, "text": str, "body": str}, pk="id"
    ).create_index(["at"])
    table(db, "position").create({"stream": str, "id": str}, pk="stream")


def table(db: Database, name: str) -> Table:
    found = db[name]
    assert isinstance(found, Table)
    return found


class Archive:
    def __init__(self, db: Database) -> None:
        self._db = db

    @classmethod
    @contextlib.contextmanager
    def writing(cls, path: Path) -> Iterator[Archive]:
        """Open for the one writer; makes the file (mode 0600) and brings it to the newest form. Raises IfmemError."""
        with _explained(path):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            db = Database(sqlite3.connect(path, timeout=5.0, check_same_thread=False))
            try:
                db.enable_wal()
                migrations.apply(db)
                yield cls(db)
            finally:
                db.close()

    @classmethod
    @contextlib.contextmanager
    def reading(cls, path: Path) -> Iterator[Archive | None]:
        """Open read-only, or None if nothing has been archived yet."""
        if not path.exists():
            yield None
            return
        with _explained(path):
            db = Database(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0))
            try:
                yield cls(db) if table(db, "findings").exists() else None
            finally:
                db.close()

    def record(self, entries: Iterable[Entry]) -> None:
        """Store journal entries and how far the journal has been read, all or nothing."""
        with self._db.atomic():
            last = None
            for entry in entries:
                name, row = _row(entry)
                table(self._db, name).insert(row, pk="id", replace=True)
                last = entry.id
            if last is not None:
                table(self._db, "position").insert({"stream": "journal", "id": last}, pk="stream", replace=True)

    def position(self) -> str:
        """The id of the last journal entry in the archive."""
        rows = list(table(self._db, "position").rows_where("stream = ?", ["journal"]))
        return str(rows[0]["id"]) if rows else START

    def findings(self, limit: int, *, shard: str | None = None, search: str | None = None) -> list[Finding]:
        """The newest findings first, those of one shard, or those that hold all the words of `search`."""
        conditions, values = ["1"], list[Any]()
        if shard:
            conditions.append("shard = ?")
            values.append(shard)
        for word in (search or "").split():
            conditions.append("text LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        rows = table(self._db, "findings").rows_where(
            " AND ".join(conditions), values, order_by="created_at DESC, id DESC", limit=limit
        )
        return [Finding.from_json(row["body"]) for row in rows]

    def answer(self, query_id: str) -> Answer | None:
        rows = list(table(self._db, "answers").rows_where("id = ?", [query_id]))
        return Answer.from_json(rows[0]["body"]) if rows else None

    def events(self, limit: int) -> list[dict[str, Any]]:
        """Supervision events, newest first."""
        rows = table(self._db, "events").rows_where(order_by="at DESC, id DESC", limit=limit)
        return [json.loads(row["body"]) for row in rows]

    def counts(self) -> dict[str, int]:
        return {name: table(self._db, name).count for name in ("questions", "findings", "answers", "events")}


def _row(entry: Entry) -> tuple[str, dict[str, Any]]:
    """Table and row of an entry. One that cannot be read is kept as an event, so that nothing is lost and nothing stands still."""
    try:
        return _known_row(entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        row = {"id": entry.id, "at": time.time(), "kind": "unreadable", "name": entry.kind, "text": entry.body}
        return "events", {**row, "body": json.dumps(row)}


def _known_row(entry: Entry) -> tuple[str, dict[str, Any]]:
    body = json.loads(entry.body)
    match entry.kind:
        case "question":
            fields = {"id": body["id"], "question": body["question"], "asked_at": body["asked_at"]}
            return "questions", {**fields, "body": entry.body}
        case "finding":
            row = {n: body[n] for n in ("id", "query_id", "shard", "text", "created_at")}
            return "findings", {**row, "found": int(body["found"]), "body": entry.body}
        case "answer":
            row = {n: body[n] for n in ("id", "question", "answer", "asked_at")}
            return "answers", {**row, "found": int(body["found"]), "body": entry.body}
        case kind:
            fields = {"at": body.get("at", time.time()), "name": body.get("name", ""), "text": body.get("text", "")}
            return "events", {"id": entry.id, **fields, "kind": body.get("kind", kind), "body": entry.body}


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise IfmemError(
            f"cannot use the archive {path}.",
            why=str(error),
            fix="Is the disk full or read-only? A damaged file can be moved away; a new one is made at the next ifmem up.",
        ) from error
