"""The audit of the bridge: who did what when, chained so that a change shows. Never what was written, never a token."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ifmem.core.audit_chain import START, AuditEntry, digest_of

KEPT_S = 30 * 86_400


def record(
    connection: sqlite3.Connection, now: float, conversation: str, side: str, action: str, **details: Any
) -> None:
    """Append an entry; part of the transaction that does what it tells of."""
    last = connection.execute("SELECT id, digest FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    number, previous = (last["id"] + 1, last["digest"]) if last else (1, START)
    entry = AuditEntry(number, now, conversation, side, action, details, previous)
    entry = replace(entry, digest=digest_of(entry))
    row = (*_head(entry), json.dumps(entry.details, sort_keys=True), entry.previous, entry.digest)
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def entries(connection: sqlite3.Connection, conversation: str = "") -> Iterator[AuditEntry]:
    """The entries of one conversation, or all, oldest first."""
    condition, values = ("WHERE conversation = ?", (conversation,)) if conversation else ("", ())
    for row in connection.execute(f"SELECT * FROM audit {condition} ORDER BY id", values):
        yield AuditEntry.from_dict({**dict(row), "details": json.loads(row["details"])})


def count_since(connection: sqlite3.Connection, conversation: str, action: str, since: float) -> int:
    query = "SELECT count(*) FROM audit WHERE conversation = ? AND at > ? AND action = ?"
    return int(connection.execute(query, (conversation, since, action)).fetchone()[0])


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Forget the oldest entries, up to the newest that is out of date; at least one is kept, so that the chain goes on."""
    query = (
        "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit WHERE at < ?) AND id < (SELECT max(id) FROM audit)"
    )
    return connection.execute(query, (now - KEPT_S,)).rowcount


def _head(entry: AuditEntry) -> tuple[int, float, str, str, str]:
    return entry.id, entry.at, entry.conversation, entry.side, entry.action
