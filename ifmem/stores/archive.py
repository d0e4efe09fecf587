"""The archive: one SQLite file that outlives everything. The archivist alone writes it; readers open it read-only.

The position in the journal is stored in the same transaction as the entries read there, so every entry is in the archive exactly once,
whenever the archivist dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ifmem.core.answers import Answer
from ifmem.core.costs import Batch
from ifmem.core.descent import Descent
from ifmem.core.findings import Finding
from ifmem.core.librarians import Shelved
from ifmem.core.queries import Query
from ifmem.core.record_chain import Audit
from ifmem.core.searches import Search
from ifmem.stores import (
    archive_chain,
    archived_calls,
    archived_findings,
    archived_questions,
    archived_work,
    lineage,
    shelves,
)
from ifmem.stores.archive_file import explained, migrations, table
from ifmem.stores.archive_rows import entry_row
from ifmem.stores.journal import Entry

START = "0-0"


class Archive:
    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path

    @classmethod
    @contextlib.contextmanager
    def writing(cls, path: Path) -> Iterator[Archive]:
        """Open for the one writer; makes the file (mode 0600) and brings it to the newest form. Raises IfmemError."""
        with explained(path):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            db = Database(sqlite3.connect(path, timeout=5.0, check_same_thread=False))
            try:
                db.enable_wal()
                migrations.apply(db)
                yield cls(db, path)
            finally:
                db.close()

    @classmethod
    @contextlib.contextmanager
    def reading(cls, path: Path) -> Iterator[Archive | None]:
        """Open read-only, or None if nothing has been archived yet."""
        if not path.exists():
            yield None
            return
        with explained(path):
            db = Database(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0))
            try:
                yield cls(db, path) if table(db, "findings").exists() else None
            finally:
                db.close()

    def record(self, entries: Iterable[Entry]) -> None:
        """Store journal entries and how far the journal has been read, all or nothing. Raises ArchiveBusy."""
        with explained(self._path, (sqlite3.Error,)), self._db.atomic():
            last = None
            for entry in entries:
                self._store(entry)
                last = entry.id
            if last is not None:
                table(self._db, "position").insert({"stream": "journal", "id": last}, pk="stream", replace=True)

    def add(self, findings: Iterable[Finding]) -> None:
        """Store findings that did not come through the journal, all or nothing. Raises ArchiveBusy."""
        with explained(self._path, (sqlite3.Error,)), self._db.atomic():
            for finding in findings:
                self._store(Entry(finding.id, "finding", finding.to_json()))

    def shelve(self, items: Iterable[Shelved]) -> None:
        """Give things into the care of librarians, all or nothing. Raises ArchiveBusy."""
        with explained(self._path, (sqlite3.Error,)), self._db.atomic():
            for item in items:
                self._store(Entry(item.id, "shelved", item.to_json()))

    def shelved(self, librarian: int | None = None) -> list[Shelved]:
        """What one librarian has in its care, or all of them."""
        return shelves.shelved(self._db, librarian)

    def _store(self, entry: Entry) -> None:
        name, row = entry_row(entry)
        table(self._db, name).insert(row, pk="id", replace=True)
        lineage.record(self._db, name, row)
        archive_chain.append(self._db, name, str(row["id"]))

    def position(self) -> str:
        """The id of the last journal entry in the archive."""
        rows = list(table(self._db, "position").rows_where("stream = ?", ["journal"]))
        return str(rows[0]["id"]) if rows else START

    def start_over(self) -> None:
        """Read the journal from its beginning: it is another one, whose ids are of another server's clock. Raises ArchiveBusy."""
        with explained(self._path, (sqlite3.Error,)), self._db.atomic():
            table(self._db, "position").insert({"stream": "journal", "id": START}, pk="stream", replace=True)

    def findings(
        self, limit: int | None, *, shard: str | None = None, search: str | None = None, since: float = 0.0
    ) -> list[Finding]:
        """The newest findings first, as many as `limit` (None: all): those of one shard, those that hold all the words of `search`,
        those made `since` (seconds since the epoch)."""
        return archived_findings.newest(self._db, limit, shard, search or "", since)

    def finding(self, finding_id: str) -> Finding | None:
        rows = list(table(self._db, "findings").rows_where("id = ?", [finding_id]))
        return Finding.from_json(rows[0]["body"]) if rows else None

    def descent(self, finding_id: str) -> Descent:
        """What a finding was built on, and what was built on it."""
        return lineage.descent(self._db, finding_id)

    def stored_after(self, row: int, limit: int) -> tuple[list[tuple[int, Finding]], str]:
        """The next `limit` findings stored after the one in `row`, in the order of their storing, each with its row; and the position
        in the journal at that moment."""
        with self._db.atomic():  # one moment for both
            return archived_findings.stored_after(self._db, row, limit), self.position()

    def row_of(self, finding_id: str) -> int | None:
        """The row of a finding: rows are in the order of storing. None if it is not in here."""
        return archived_findings.row_of(self._db, finding_id)

    def last_row(self) -> int:
        return archived_findings.last_row(self._db)

    def answer(self, query_id: str) -> Answer | None:
        rows = list(table(self._db, "answers").rows_where("id = ?", [query_id]))
        return Answer.from_json(rows[0]["body"]) if rows else None

    def unanswered(self, since: float) -> list[Query]:
        """Questions asked `since` (epoch) that have no answer, oldest first."""
        return list(archived_questions.unanswered(self._db, since))

    def answers(self, limit: int) -> list[Answer]:
        """The newest answers first."""
        rows = table(self._db, "answers").rows_where(order_by="asked_at DESC", limit=limit)
        return [Answer.from_json(row["body"]) for row in rows]

    def events(self, limit: int) -> list[dict[str, Any]]:
        """Supervision events, newest first."""
        rows = table(self._db, "events").rows_where(order_by="at DESC, id DESC", limit=limit)
        return [json.loads(row["body"]) for row in rows]

    def spending(self, since: int) -> list[Batch]:
        """The calls to models from `since` on (epoch seconds), added up by day, process, purpose and model."""
        return archived_calls.spending(self._db, since)

    def charged(self, since: int) -> int:
        """What counts against a budget of the time from `since` on, in nano-dollars."""
        return sum(batch.charged for batch in self.spending(since))

    def last_call_at(self) -> int | None:
        """When the newest call to a model was made that is in here."""
        return archived_calls.last_at(self._db)

    def search(self, search_id: str) -> Search | None:
        """A search as it stood when it was last put away."""
        body = archived_work.search_body(self._db, search_id)
        return Search.from_json(body) if body else None

    def audit(self) -> Audit | None:
        """Whether anything was altered, removed or put in since it was stored; None for a file from before there was a chain."""
        with self._db.atomic():  # one moment for links and rows
            return archive_chain.audit(self._db) if archive_chain.exists(self._db) else None

    def has_link(self, digest: str) -> bool:
        """Whether what was stored up to the link with this digest is all still there, as far as the audit finds nothing."""
        return archive_chain.exists(self._db) and archive_chain.has(self._db, digest)

    def head(self) -> str:
        """The digest that covers everything in here, in the order it was stored."""
        return archive_chain.head(self._db) if archive_chain.exists(self._db) else ""

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        try:
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(20)")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def counts(self) -> dict[str, int]:
        return {name: table(self._db, name).count for name in ("questions", "findings", "answers", "events")}
