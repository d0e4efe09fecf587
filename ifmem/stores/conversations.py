"""Conversations and their sides: made, opened by token, expired, forgotten. What is said in them is in `stores.messages`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from ifmem.core import correspondence
from ifmem.core.audit_chain import AuditEntry, first_broken
from ifmem.core.correspondence import SIDES, Conversation, Presence, Tokens, digest_of, new_token, refusal
from ifmem.errors import Exit, IfmemError
from ifmem.stores import audit
from ifmem.stores.bridge_file import BridgeFile
from ifmem.stores.overviews import Overview, conversation_of, overview_of, sides_of

MOST_OPEN = 1_000
REFUSALS_RECORDED = 10  # a minute and conversation: wrong tokens fill no disk, and cost the right ones nothing
REFUSALS_WITHIN_S = 60.0
REFUSED = "refused"


@dataclass(frozen=True)
class Participant:
    """A side of a conversation whose token was shown."""

    conversation: Conversation
    side: str

    @property
    def partner(self) -> str:
        return correspondence.other(self.side)

    @property
    def role(self) -> str:
        return self.conversation.role(self.side)

    @property
    def partner_role(self) -> str:
        return self.conversation.role(self.partner)


class Conversations:
    """The conversations in one file. Errors are IfmemError and safe to show: they repeat nothing that was given."""

    def __init__(self, file: BridgeFile, *, expiry_s: float, clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._expiry_s = expiry_s
        self._now = clock

    def create(self, role_a: str, role_b: str, expiry_s: float | None = None) -> tuple[Conversation, Tokens]:
        """A new conversation; its tokens are in nobody's hands but the caller's. Conversations that have expired are forgotten."""
        role_a = correspondence.check_role("my_role", role_a)
        role_b = correspondence.check_role("partner_role", role_b)
        now, tokens = self._now(), Tokens(new_token(), new_token())
        made = Conversation(
            correspondence.new_conversation_id(), role_a, role_b, now, now + (expiry_s or self._expiry_s)
        )
        with self.file.changing() as connection:
            _forget_expired(connection, now)
            if connection.execute("SELECT count(*) FROM conversations").fetchone()[0] >= MOST_OPEN:
                raise IfmemError(
                    f"{MOST_OPEN:,} conversations are open.", fix="Wait until some expire: ifmem bridge list"
                )
            row = (made.id, role_a, role_b, digest_of(tokens.a), digest_of(tokens.b), now, made.expires_at)
            connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            for side in SIDES:
                heard = now if side == "a" else None
                connection.execute(
                    "INSERT INTO sides (conversation, side, heard_at) VALUES (?, ?, ?)", (made.id, side, heard)
                )
            audit.record(connection, now, made.id, "a", "created", expires_at=made.expires_at)
        return made, tokens

    def enter(self, conversation_id: str, token: str, side: str = "") -> Participant:
        """The side that a token opens. `side`, if given, must be that one. Raises IfmemError, and records that it did."""
        if not correspondence.ID.match(conversation_id):
            raise refusal("conversation_id must be conv_ and 16 hexadecimal digits.")
        now = self._now()
        with self.file.reading() as connection:
            row = _row(connection, conversation_id)
        if row is None or row["expires_at"] <= now:
            raise _gone(row is not None)
        opened = correspondence.side_of(token, row["token_a"], row["token_b"])
        if opened is None:
            self._record_refusal(conversation_id, now)
            raise IfmemError("the token opens neither side of this conversation.", exit_code=Exit.CREDENTIALS)
        if side and side != opened:
            raise refusal(
                f"the token is that of session {opened}, and session_id says otherwise.", fix="Leave session_id out"
            )
        return Participant(conversation_of(row), opened)

    def _record_refusal(self, conversation_id: str, now: float) -> None:
        with self.file.changing() as connection:
            if audit.count_since(connection, conversation_id, REFUSED, now - REFUSALS_WITHIN_S) < REFUSALS_RECORDED:
                audit.record(connection, now, conversation_id, "", REFUSED, why="wrong token")

    def update_status(self, who: Participant, status: str) -> None:
        if status not in correspondence.STATUSES:
            raise refusal("status is not known.", why=f"known are: {', '.join(correspondence.STATUSES)}")
        with self.file.changing() as connection:
            heard(connection, who, self._now())
            where = (status, who.conversation.id, who.side)
            connection.execute("UPDATE sides SET status = ? WHERE conversation = ? AND side = ?", where)
            audit.record(connection, self._now(), who.conversation.id, who.side, "status", status=status)

    def partner_of(self, who: Participant) -> Presence:
        """What is known of the other side. Asking is a sign of life."""
        with self.file.changing() as connection:
            heard(connection, who, self._now())
            return sides_of(connection, who.conversation)[who.partner]

    def renew_token(self, conversation_id: str, side: str) -> str:
        """A new token for a side; its old one opens nothing any more."""
        token = new_token()
        with self.file.changing() as connection:
            row = _row(connection, conversation_id)
            if row is None or row["expires_at"] <= self._now():
                raise _gone(row is not None)
            column = {"a": "token_a", "b": "token_b"}[side]
            connection.execute(
                f"UPDATE conversations SET {column} = ? WHERE id = ?", (digest_of(token), conversation_id)
            )
            audit.record(connection, self._now(), conversation_id, side, "token renewed")
        return token

    def end(self, conversation_id: str) -> None:
        """Forget a conversation before it expires."""
        with self.file.changing() as connection:
            if connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,)).rowcount:
                audit.record(connection, self._now(), conversation_id, "", "ended")

    def overviews(self) -> list[Overview]:
        """Every conversation that is open, newest first."""
        query = "SELECT * FROM conversations WHERE expires_at > ? ORDER BY created_at DESC"
        with self.file.reading() as connection:
            return [overview_of(connection, row) for row in connection.execute(query, (self._now(),)).fetchall()]

    def overview(self, conversation_id: str) -> Overview:
        with self.file.reading() as connection:
            row = _row(connection, conversation_id)
            if row is None or row["expires_at"] <= self._now():
                raise _gone(row is not None)
            return overview_of(connection, row)

    def forget_expired(self) -> tuple[int, int]:
        """Remove conversations that have expired, and audit entries that are old; returns how many of each."""
        with self.file.changing() as connection:
            return _forget_expired(connection, self._now()), audit.prune(connection, self._now())

    def audit(self, conversation_id: str = "") -> tuple[list[AuditEntry], int | None]:
        """The entries, oldest first, and the id of the first of all that does not fit its chain (None: all fit)."""
        with self.file.reading() as connection:
            broken = first_broken(audit.entries(connection))
            return list(audit.entries(connection, conversation_id)), broken


def heard(connection: sqlite3.Connection, who: Participant, now: float) -> None:
    """Note a sign of life."""
    where = (now, who.conversation.id, who.side)
    connection.execute("UPDATE sides SET heard_at = ? WHERE conversation = ? AND side = ?", where)


def _row(connection: sqlite3.Connection, conversation_id: str) -> sqlite3.Row | None:
    found = connection.execute("SELECT * FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    return found if isinstance(found, sqlite3.Row) else None


def _forget_expired(connection: sqlite3.Connection, now: float) -> int:
    gone = [row["id"] for row in connection.execute("SELECT id FROM conversations WHERE expires_at <= ?", (now,))]
    for conversation_id in gone:
        connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
        audit.record(connection, now, conversation_id, "", "expired")
    return len(gone)


def _gone(expired: bool) -> IfmemError:
    return IfmemError(
        "this conversation has expired." if expired else "there is no such conversation.",
        why="" if expired else "it has expired and was forgotten, or it is in another store",
        fix="Begin another: create_conversation",
    )
