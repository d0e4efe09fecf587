"""The archive's file: its form, from the first version on, and what it means if it cannot be used."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

from ifmem.errors import IfmemError
from ifmem.stores import archive_chain, archive_search, archived_calls, archived_work, lineage, shelves

migrations = Migrations("ifmem")
PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


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


@migrations()
def calls(db: Database) -> None:
    archived_calls.create(db)


@migrations()
def findings_search(db: Database) -> None:
    archive_search.create(db)


@migrations()
def findings_lineage(db: Database) -> None:
    lineage.create(db)


@migrations()
def librarians_shelves(db: Database) -> None:
    shelves.create(db)


@migrations()
def work(db: Database) -> None:
    archived_work.create(db)


@migrations()
def chain(db: Database) -> None:
    archive_chain.create(db)


def table(db: Database, name: str) -> Table:
    found = db[name]
    assert isinstance(found, Table)
    return found


class ArchiveBusy(IfmemError):
    """The archive cannot be written just now: somebody holds a lock on it, or the disk is full. Worth trying again."""


@contextlib.contextmanager
def explained(path: Path, kinds: tuple[type[Exception], ...] = (sqlite3.Error, OSError)) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        passing = getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING
        raise (ArchiveBusy if passing else IfmemError)(
            f"cannot use the archive {path}.",
            why=str(error),
            fix="Is the disk full or read-only? A damaged file can be moved away; a new one is made at the next ifmem up.",
        ) from error
