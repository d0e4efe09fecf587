"""The archive's chain: a link for every row that the archivist stores, in the same transaction. A changed row is a new link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from ifmem.core.record_chain import START, Audit, Link, Place, audited, content_of, next_link
from ifmem.stores import archived_calls, archived_work, shelves

TABLE = "chain"
COVERED = (
    *("questions", "findings", "answers", "events"),
    *(archived_calls.TABLE, archived_work.TASKS, archived_work.SEARCHES, shelves.TABLE),
)


def create(db: Database) -> None:
    """The table, and a link for every row there is already."""
    db.table(TABLE).create({"number": int, "table": str, "row": str, "content": str, "digest": str}, pk="number")
    for name in (name for name in COVERED if db.table(name).exists()):
        for row in list(db.query(f"SELECT id FROM [{name}] ORDER BY rowid")):
            append(db, name, str(row["id"]))


def append(db: Database, name: str, row_id: str) -> None:
    """Link a row as it stands in its table: what was stored counts, not what was meant."""
    number, head = _end(db)
    found = db.conn.execute(f"SELECT * FROM [{name}] WHERE id = ?", [row_id])
    row = dict(zip((column[0] for column in found.description), found.fetchone(), strict=True))
    link = next_link(number + 1, head, (name, row_id), content_of(_plain(row)))
    db.conn.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)", link)


def audit(db: Database) -> Audit:
    """Look at every link and every row."""
    links = [Link(*row) for row in db.execute(f"SELECT * FROM {TABLE} ORDER BY number")]
    names = dict.fromkeys((*COVERED, *(link.table for link in links)))
    return audited(links, _rows(db, [name for name in names if db.table(name).exists()]))


def head(db: Database) -> str:
    """The digest of the last link, which stands for everything in the archive."""
    return _end(db)[1]


def has(db: Database, digest: str) -> bool:
    """Whether a digest that was noted some time is still a link's."""
    return next(db.execute(f"SELECT 1 FROM {TABLE} WHERE digest = ?", [digest]), None) is not None


def exists(db: Database) -> bool:
    return bool(db.table(TABLE).exists())


def _rows(db: Database, names: list[str]) -> Iterator[tuple[Place, str]]:
    for name in names:
        for row in db.query(f"SELECT * FROM [{name}]"):
            yield (name, str(row["id"])), content_of(_plain(row))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row that somebody may have put bytes into."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def _end(db: Database) -> tuple[int, str]:
    rows = db.conn.execute(f"SELECT number, digest FROM {TABLE} ORDER BY number DESC LIMIT 1")
    return next(rows, (0, START))
