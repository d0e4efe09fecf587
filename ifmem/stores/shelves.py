"""The archive's table of what each librarian has in its care."""

from __future__ import annotations

from sqlite_utils import Database

from ifmem.core.librarians import Shelved

TABLE = "shelves"


def create(db: Database) -> None:
    columns = {"id": str, "librarian": int, "tokens": int, "at": float}
    db.table(TABLE).create(columns, pk="id").create_index(["librarian"])


def shelved(db: Database, librarian: int | None = None) -> list[Shelved]:
    """What one librarian has, or all of them, by id; nothing in an archive of an older version."""
    if not db.table(TABLE).exists():
        return []
    where, values = ("librarian = ?", [librarian]) if librarian is not None else (None, None)
    return [Shelved.from_dict(row) for row in db.table(TABLE).rows_where(where, values, order_by="id")]
