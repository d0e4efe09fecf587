"""Building a passage index: pages to one SQLite file that is renamed into its place. What changes later, `index_update` puts in.

The file is in WAL mode, so that neither readers nor the one writer ever wait for each other, and a reader may stay at what it has seen.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database

from ifmem.core.pages import Page
from ifmem.core.passages import cut_passages
from ifmem.core.scoring import fields_of
from ifmem.errors import IfmemError

FORMAT = 9  # raised when an older file could no longer be read, or its terms no longer meet the question's

_TABLES = """
    CREATE TABLE about (version TEXT, format INTEGER, passages INTEGER);
    CREATE TABLE pages (digest TEXT PRIMARY KEY, first INTEGER, last INTEGER);
    CREATE TABLE documents (id INTEGER PRIMARY KEY, page TEXT, path TEXT, sha256 TEXT, first INTEGER, last INTEGER);
    CREATE INDEX paths ON documents (path);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY, document INTEGER, start_line INTEGER, end_line INTEGER, context TEXT, defines TEXT, body TEXT
    );
    CREATE VIRTUAL TABLE terms USING fts5 (context, body, content = '', tokenize = "ascii tokenchars '_'");
    CREATE VIRTUAL TABLE frequencies USING fts5vocab (terms, 'row');
"""


def build_index(path: Path, version: str, pages: Sequence[Page]) -> None:
    """Index `pages` into a file at `path`, replacing what is there in one step. Raises IfmemError if it cannot be written."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for abandoned in path.parent.glob(f".{path.name}.*"):  # by a build that was killed
            abandoned.unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
    except OSError as error:
        raise _cannot_write(path, error) from None
    os.close(descriptor)
    unfinished = Path(name)
    try:
        _write(unfinished, version, pages)
        for place in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            place.unlink(missing_ok=True)  # the file first: its log must never be read with another one
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise _cannot_write(path, error) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _write(path: Path, version: str, pages: Sequence[Page]) -> None:
    database = Database(path, recursive_triggers=False, execute_plugins=False)
    try:
        database.execute("PRAGMA journal_mode = off")  # a build that fails is thrown away
        database.execute("PRAGMA synchronous = off")
        database.executescript(_TABLES)
        with database.conn as connection:
            passages = 0
            for page in pages:
                first = passages + 1
                passages = write_page(connection, page, first)
                connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (page.digest, first, passages))
            connection.execute("INSERT INTO about VALUES (?, ?, ?)", (version, FORMAT, passages))
        database.execute("PRAGMA journal_mode = wal")
    finally:
        database.close()


def write_page(connection: sqlite3.Connection, page: Page, first: int) -> int:
    """Write the passages of one page, numbered from `first`; returns the last number."""
    last = first - 1
    for document in page.documents:
        passages = [(passage, fields_of(document.path, passage)) for passage in cut_passages(document)]
        row = (page.digest, document.path, document.sha256, last + 1, last + len(passages))
        key = connection.execute(
            "INSERT INTO documents (page, path, sha256, first, last) VALUES (?, ?, ?, ?, ?)", row
        ).lastrowid
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (n, key, passage.start_line, passage.end_line, *fields)
                for n, (passage, fields) in enumerate(passages, last + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO terms (rowid, context, body) VALUES (?, ?, ?)",
            ((n, fields.context, fields.body) for n, (_, fields) in enumerate(passages, last + 1)),
        )
        last += len(passages)
    return last


def _cannot_write(path: Path, error: Exception) -> IfmemError:
    return IfmemError(
        f"cannot write the index at {path}.",
        why=str(error),
        fix="Make room or choose another place: IFMEM_HOME=FOLDER ifmem up",
    )
