"""The file of the bridge: one SQLite database that several servers write at once, and its tables.

One connection a process, used by one thread at a time. Every change is one transaction that takes the write lock when it begins, so
that what it has read still holds when it writes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

from ifmem.errors import IfmemError
from ifmem.stores.bus_server import make_private_folder

migrations = Migrations("ifmem-bridge")
BUSY_AFTER_S = 2.0


@migrations()
def first(db: Database) -> None:
    _table(db, "conversations").create(
        {
            **{"id": str, "role_a": str, "role_b": str, "token_a": str, "token_b": str},
            **{"created_at": float, "expires_at": float},
        },
        pk="id",
    )
    # AUTOINCREMENT: an id must never come again, its reader may have noted it
    db.execute(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, sender TEXT NOT NULL, kind TEXT NOT NULL,"
        " text TEXT NOT NULL, files TEXT NOT NULL, masked INTEGER NOT NULL, sent_at REAL NOT NULL,"
        " reader TEXT NOT NULL DEFAULT '', handed_out INTEGER NOT NULL DEFAULT 0, acknowledged_at REAL)"
    )
    _table(db, "messages").create_index(["conversation", "sender", "acknowledged_at", "id"])
    _table(db, "messages").create_index(["conversation", "sender", "sent_at"])
    db.execute(
        "CREATE TABLE sides (conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, side TEXT NOT NULL,"
        " status TEXT NOT NULL DEFAULT '', heard_at REAL, PRIMARY KEY (conversation, side))"
    )
    _table(db, "audit").create(
        {
            **{"id": int, "at": float, "conversation": str, "side": str, "action": str},
            **{"details": str, "previous": str, "digest": str},
        },
        pk="id",
    ).create_index(["conversation", "at"])


def _table(db: Database, name: str) -> Table:
    found = db[name]
    assert isinstance(found, Table)
    return found


class BridgeFile:
    """Opened when it is first used; the folder (0700) and the file (0600) are made then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._db: Database | None = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raises IfmemError if the file cannot be used, or is busy for long."""
        with self._explained(), self._lock:
            yield self._opened().conn

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        with self._explained(), self._lock:
            connection = self._opened().conn
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _opened(self) -> Database:
        if self._db is None:
            make_private_folder(self.path.parent)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = Database(_connect(self.path))
            self._db.enable_wal()
            if migrations.pending(self._db):
                self._migrate(self._db)
        return self._db

    def _migrate(self, db: Database) -> None:
        """Two servers may start on a new file at once: the second finds the work done."""
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            migrations.apply(db)
        finally:
            if db.conn.in_transaction:
                db.conn.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise IfmemError(
                    "the bridge's store is busy.", why=f"{self.path} is being written", fix="Try again"
                ) from error
            raise self._unusable(error) from error
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> IfmemError:
        return IfmemError(
            f"cannot use the bridge's store {self.path}.",
            why=str(error),
            fix="Is the disk full or read-only? Another place: IFMEM_BRIDGE_STORE=/some/folder/bridge.db",
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_AFTER_S, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection
