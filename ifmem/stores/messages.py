"""Messages of conversations: sent once, handed out at least once, gone for their reader when acknowledged.

A reader is a session of a server. What a session was handed is acknowledged by ids, or by that session's next look; what a session was
handed that then died is handed out again, marked as a repeat. Order is that of the rows, whatever the clock does.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ifmem.core import correspondence
from ifmem.core.correspondence import Message, Window
from ifmem.core.masking import mask
from ifmem.errors import IfmemError
from ifmem.stores import audit
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.conversations import Participant, heard

MOST_AT_ONCE = 50
BYTES_AT_ONCE = 30_000  # of texts; an answer carries them twice, as text and as structure


@dataclass(frozen=True)
class Sent:
    """`masked` secrets were taken out; `unread` messages wait for the sender."""

    id: int
    masked: int
    unread: int


@dataclass(frozen=True)
class Batch:
    """`messages` in the order of sending; `remaining` more are waiting; `acknowledged` are gone for good."""

    messages: tuple[Message, ...]
    remaining: int
    acknowledged: int


class Messages:
    def __init__(self, file: BridgeFile, windows: Sequence[Window], clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._windows = windows
        self._now = clock

    def send(self, who: Participant, kind: str, text: str, files: Sequence[str] = ()) -> Sent:
        """Store a message, without the secrets in it. Raises IfmemError for what is too long, or too much within the hour."""
        correspondence.check_message(kind, text, files)
        body, names = mask(text), [mask(file) for file in files]
        masked = body.secrets + sum(name.secrets for name in names)
        now, conversation = self._now(), who.conversation.id
        with self.file.changing() as connection:
            self._refuse_too_many(connection, who, now)
            row = (conversation, who.side, kind, body.text, json.dumps([name.text for name in names]), masked, now)
            stored = connection.execute(
                "INSERT INTO messages (conversation, sender, kind, text, files, masked, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            heard(connection, who, now)
            details = {"message": stored.lastrowid, "kind": kind, "characters": len(body.text), "masked": masked}
            audit.record(connection, now, conversation, who.side, "sent", **details)
            return Sent(stored.lastrowid or 0, masked, _unread(connection, who))

    def _refuse_too_many(self, connection: sqlite3.Connection, who: Participant, now: float) -> None:
        since = now - max(window.seconds for window in self._windows)
        query = "SELECT sent_at FROM messages WHERE conversation = ? AND sender = ? AND sent_at > ?"
        times = [row["sent_at"] for row in connection.execute(query, (who.conversation.id, who.side, since))]
        if pause := correspondence.pause_for(times, now, self._windows):
            raise IfmemError(
                "too many messages from your side of this conversation.",
                why=", ".join(f"{window.most} in {window.seconds:.0f} s are taken" for window in self._windows),
                fix=f"Wait {pause:.0f} s, and say more in one message",
            )

    def hand_out(
        self, who: Participant, reader: str, acknowledge: Sequence[int] = (), most: int = MOST_AT_ONCE
    ) -> Batch:
        """The oldest messages that this side has not acknowledged, as many as fit an answer.

        `acknowledge` are ids that arrived. So did everything that this `reader` was handed before; an empty reader cannot tell.
        """
        now = self._now()
        with self.file.changing() as connection:
            heard(connection, who, now)
            acknowledged = _acknowledge(connection, who, reader, acknowledge, now)
            waiting = _waiting(connection, who, most)
            batch = _fitting(waiting)
            marks = ", ".join("?" * len(batch))
            connection.execute(
                f"UPDATE messages SET handed_out = handed_out + 1, reader = ? WHERE id IN ({marks})",
                (reader, *(message.id for message in batch)),
            )
            if batch or acknowledged:
                details = {"messages": [message.id for message in batch], "acknowledged": acknowledged}
                audit.record(connection, now, who.conversation.id, who.side, "handed out", **details)
            return Batch(batch, _unread(connection, who) - len(batch), acknowledged)

    def take_back(self, reader: str, ids: Sequence[int]) -> None:
        """What was handed out has not left: its reader's next look must not acknowledge it."""
        marks = ", ".join("?" * len(ids))
        with self.file.changing() as connection:
            connection.execute(f"UPDATE messages SET reader = '' WHERE reader = ? AND id IN ({marks})", (reader, *ids))

    def unread(self, who: Participant) -> int:
        with self.file.reading() as connection:
            return _unread(connection, who)


_OF_PARTNER = "conversation = ? AND sender = ? AND acknowledged_at IS NULL"


def _unread(connection: sqlite3.Connection, who: Participant) -> int:
    query = f"SELECT count(*) FROM messages WHERE {_OF_PARTNER}"
    return int(connection.execute(query, (who.conversation.id, who.partner)).fetchone()[0])


def _acknowledge(connection: sqlite3.Connection, who: Participant, reader: str, ids: Sequence[int], now: float) -> int:
    marks = ", ".join("?" * len(ids))
    query = (
        f"UPDATE messages SET acknowledged_at = ? WHERE {_OF_PARTNER}"
        f" AND handed_out > 0 AND ((reader <> '' AND reader = ?) OR id IN ({marks}))"
    )
    return connection.execute(query, (now, who.conversation.id, who.partner, reader, *ids)).rowcount


def _waiting(connection: sqlite3.Connection, who: Participant, most: int) -> list[Message]:
    query = f"SELECT * FROM messages WHERE {_OF_PARTNER} ORDER BY id LIMIT ?"
    rows = connection.execute(query, (who.conversation.id, who.partner, min(most, MOST_AT_ONCE)))
    return [
        Message.from_dict({**dict(row), "files": tuple(json.loads(row["files"])), "repeat": row["handed_out"] > 0})
        for row in rows
    ]


def _fitting(waiting: Sequence[Message]) -> tuple[Message, ...]:
    """The first messages that fit an answer together; one that is too long for it goes alone."""
    size, fitting = 0, list[Message]()
    for message in waiting:
        size += len(message.to_json().encode())
        if fitting and size > BYTES_AT_ONCE:
            break
        fitting.append(message)
    return tuple(fitting)
