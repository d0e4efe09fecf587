"""Changing a passage index where it stands: the passages of what changed give way to new ones, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ifmem.core.pages import Page
from ifmem.errors import IfmemError
from ifmem.stores.index_build import write_page

WAIT_S = 5.0  # for another writer; there is none unless someone loads the same shard by hand


def update_index(
    path: Path, version: str, *, without: Iterable[str], pages: Sequence[Page], held: Collection[str]
) -> None:
    """Take out every passage of the documents `without`, put in those of `pages`, and forget what pages are not among `held`.

    Readers see all of it at once, or, until then, nothing. Raises IfmemError if the index cannot be written.
    """
    try:
        with closing(_open(path)) as connection:
            connection.execute("PRAGMA synchronous = off")  # it can be built again
            connection.execute("BEGIN IMMEDIATE")
            removed = sum(_take_out(connection, document) for document in dict.fromkeys(without))
            added = _put_in(connection, pages)
            unheld = [row for row in connection.execute("SELECT digest FROM pages").fetchall() if row[0] not in held]
            connection.executemany("DELETE FROM pages WHERE digest = ?", unheld)
            connection.execute("UPDATE about SET version = ?, passages = passages + ?", (version, added - removed))
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise IfmemError(
            f"cannot change the index at {path}.",
            why=str(error),
            fix=f"Make room, or build it again: rm -f {path} && ifmem restart {path.stem}",
        ) from None


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=WAIT_S, isolation_level=None)


def _take_out(connection: sqlite3.Connection, path: str) -> int:
    """Remove the passages of a document, all its parts; returns how many there were."""
    found = connection.execute("SELECT id, first, last FROM documents WHERE path = ?", (path,)).fetchall()
    count = 0
    for key, first, last in found:
        rows = connection.execute("SELECT id, context, body FROM passages WHERE id BETWEEN ? AND ?", (first, last))
        connection.executemany(  # what is deleted from an index without contents has to be told to it
            "INSERT INTO terms (terms, rowid, context, body) VALUES ('delete', ?, ?, ?)", rows.fetchall()
        )
        count += connection.execute("DELETE FROM passages WHERE id BETWEEN ? AND ?", (first, last)).rowcount
        connection.execute("DELETE FROM documents WHERE id = ?", (key,))
    return count


def _put_in(connection: sqlite3.Connection, pages: Sequence[Page]) -> int:
    """Add the passages of pages behind all others; returns how many there are."""
    before: int
    (before,) = connection.execute(
        "SELECT max(coalesce(max(id), 0), (SELECT coalesce(max(last), 0) FROM pages)) FROM passages"
    ).fetchone()
    last = before
    for page in pages:
        first = last + 1
        last = write_page(connection, page, first)
        connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (page.digest, first, last))
    return last - before
