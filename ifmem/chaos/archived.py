"""What the archive holds, read from the file itself: who judges the archivist does not ask it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def digests(archive: Path) -> dict[str, str]:
    """The digest of every answer, by the id of its question."""
    with _reading(archive) as connection:
        return dict(connection.execute("SELECT id, json_extract(body, '$.digest') FROM answers"))


def questions(archive: Path) -> set[str]:
    """The ids of all questions that were recorded."""
    with _reading(archive) as connection:
        return {id_ for (id_,) in connection.execute("SELECT id FROM questions")}


def events(archive: Path) -> list[dict[str, Any]]:
    """What happened to the processes, in the order of the journal."""
    with _reading(archive) as connection:
        return [json.loads(body) for (body,) in connection.execute("SELECT body FROM events ORDER BY rowid")]


@contextlib.contextmanager
def _reading(archive: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)
    try:
        yield connection
    finally:
        connection.close()
