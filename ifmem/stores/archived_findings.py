"""The findings in the archive, asked for by when they were made, or by the order in which they were stored (their row)."""

from __future__ import annotations

from sqlite_utils import Database

from ifmem.core.findings import Finding
from ifmem.stores.archive_file import table
from ifmem.stores.archive_search import condition


def newest(db: Database, limit: int | None, shard: str | None, search: str, since: float) -> list[Finding]:
    words, values = condition(db, search.split())
    conditions = [words, "created_at >= ?"]
    values.append(since)
    if shard:
        conditions.append("shard = ?")
        values.append(shard)
    rows = table(db, "findings").rows_where(
        " AND ".join(conditions), values, order_by="created_at DESC, id DESC", limit=limit
    )
    return [Finding.from_json(row["body"]) for row in rows]


def stored_after(db: Database, row: int, limit: int) -> list[tuple[int, Finding]]:
    rows = table(db, "findings").rows_where("rowid > ?", [row], select="rowid, body", order_by="rowid", limit=limit)
    return [(int(one["rowid"]), Finding.from_json(one["body"])) for one in rows]


def row_of(db: Database, finding_id: str) -> int | None:
    rows = db.query("SELECT rowid FROM findings WHERE id = ?", [finding_id])
    return next((int(row["rowid"]) for row in rows), None)


def last_row(db: Database) -> int:
    return int(next(db.query("SELECT coalesce(max(rowid), 0) AS last FROM findings"))["last"])
