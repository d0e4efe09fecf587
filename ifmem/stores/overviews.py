"""What the rows say of a conversation: who its sides are, how they are, how much was said. No token, and nothing of what was written."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ifmem.core.correspondence import SIDES, Conversation, Presence, other


@dataclass(frozen=True)
class Overview:
    """One conversation as `ifmem bridge list` and `show` tell of it. Counts are by side."""

    conversation: Conversation
    sides: dict[str, Presence]
    sent: dict[str, int]
    unread: dict[str, int]  # by the side that has not acknowledged them


def conversation_of(row: sqlite3.Row) -> Conversation:
    return Conversation.from_dict(dict(row))


def sides_of(connection: sqlite3.Connection, conversation: Conversation) -> dict[str, Presence]:
    rows = connection.execute("SELECT * FROM sides WHERE conversation = ?", (conversation.id,))
    return {row["side"]: Presence(conversation.role(row["side"]), row["status"], row["heard_at"]) for row in rows}


def overview_of(connection: sqlite3.Connection, row: sqlite3.Row) -> Overview:
    conversation = conversation_of(row)
    query = (
        "SELECT sender, count(*) AS sent, sum(acknowledged_at IS NULL) AS waiting FROM messages"
        " WHERE conversation = ? GROUP BY sender"
    )
    counts = {found["sender"]: found for found in connection.execute(query, (conversation.id,))}
    sent = {side: counts[side]["sent"] if side in counts else 0 for side in SIDES}
    waiting = {side: counts[side]["waiting"] if side in counts else 0 for side in SIDES}
    unread = {side: waiting[other(side)] for side in SIDES}
    return Overview(conversation, sides_of(connection, conversation), sent, unread)
