"""Notices new messages of any conversation in the file, whichever process stored them, and waits for no lock to do so."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple


class Arrival(NamedTuple):
    conversation: str
    sender: str


class Arrivals:
    """Looks through a connection of its own. A look that finds nothing new costs a few microseconds; it may be done in an event loop."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error if the file has no messages yet."""
        self._connection = sqlite3.connect(path, timeout=0.0, check_same_thread=False, isolation_level=None)
        self._version = 0
        self._last = int(self._connection.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()[0])

    def new(self) -> list[Arrival]:
        """What was stored since the last look. At a moment when it cannot be told the next look tells it."""
        try:
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            if version == self._version:
                return []
            query = "SELECT id, conversation, sender FROM messages WHERE id > ? ORDER BY id"
            rows = self._connection.execute(query, (self._last,)).fetchall()
        except sqlite3.OperationalError:
            return []
        self._version = version
        self._last = rows[-1][0] if rows else self._last
        return [Arrival(conversation, sender) for _, conversation, sender in rows]

    def close(self) -> None:
        self._connection.close()
