"""Conversations of two agents: what they are made of and what is allowed in them. Pure; `stores.conversations` keeps them.

A conversation has two sides, `a` who made it and `b`. A side is whoever holds its token; only the token's digest is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ifmem.core.record import Record
from ifmem.errors import Exit, IfmemError

SIDES = ("a", "b")
SHORTEST_ROLE, LONGEST_ROLE = 3, 100
LONGEST_MESSAGE = 50_000  # characters
MOST_FILES, LONGEST_FILE = 20, 1_000
KINDS = ("question", "info", "proposal", "blocked", "complete", "query", "response", "status", "control")
STATUSES = ("working", "waiting", "blocked", "complete")
TOKEN_LETTERS = 64
ID = re.compile(r"conv_[0-9a-f]{16}\Z")


@dataclass(frozen=True)
class Conversation(Record):
    """Times are seconds since the epoch."""

    id: str
    role_a: str
    role_b: str
    created_at: float
    expires_at: float

    def role(self, side: str) -> str:
        return self.role_a if side == "a" else self.role_b


@dataclass(frozen=True)
class Message(Record):
    """One message as its reader gets it. `id` grows in the order of sending; `repeat`: it was handed out before."""

    id: int
    sender: str
    kind: str
    text: str
    files: tuple[str, ...]
    sent_at: float
    masked: int = 0
    repeat: bool = False


class Tokens(NamedTuple):
    """The tokens of both sides, in clear: to be shown once and never kept."""

    a: str
    b: str


@dataclass(frozen=True)
class Presence:
    """What is known of a side: the status it gave, and when it was last heard of (None: never)."""

    role: str
    status: str
    heard_at: float | None

    def is_alive(self, now: float, alive_s: float) -> bool:
        return self.heard_at is not None and now - self.heard_at < alive_s


class Window(NamedTuple):
    """At most `most` messages within `seconds`."""

    seconds: float
    most: int


def new_conversation_id() -> str:
    return f"conv_{secrets.token_hex(8)}"


def new_token() -> str:
    return secrets.token_hex(TOKEN_LETTERS // 2)


def digest_of(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain digest tells nothing about it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def side_of(token: str, digest_a: str, digest_b: str) -> str | None:
    """The side that a token opens, compared in constant time; None if it opens neither."""
    given = digest_of(token)
    is_a, is_b = hmac.compare_digest(given, digest_a), hmac.compare_digest(given, digest_b)
    return "a" if is_a else "b" if is_b else None


def other(side: str) -> str:
    return "b" if side == "a" else "a"


def pause_for(sent_at: Sequence[float], now: float, windows: Sequence[Window]) -> float:
    """Seconds to wait before another message may be sent; 0 if at once.

    `sent_at` are the times of earlier messages. One from the future was sent before the clock was put back, and does not count.
    """
    pauses = [0.0]
    for window in windows:
        within = sorted(at for at in sent_at if now - window.seconds < at <= now)
        if len(within) >= window.most:
            pauses.append(within[-window.most] + window.seconds - now)
    return max(pauses)


def check_role(name: str, role: str) -> str:
    role = role.strip()
    if not SHORTEST_ROLE <= len(role) <= LONGEST_ROLE:
        raise refusal(f"{name} must have {SHORTEST_ROLE} to {LONGEST_ROLE} characters, not {len(role):,}.")
    return role


def check_message(kind: str, text: str, files: Sequence[str]) -> None:
    """Raises IfmemError for what is too long or of no known kind; it names the field and the limit and repeats nothing."""
    if kind not in KINDS:
        raise refusal("action_type is not known.", why=f"known are: {', '.join(KINDS)}")
    if not text.strip():
        raise refusal("message is empty.")
    if len(text) > LONGEST_MESSAGE:
        raise refusal(
            f"message has {len(text):,} characters; at most {LONGEST_MESSAGE:,} are taken.",
            fix="Put the text into a file and name it in files_involved, or send it in parts",
        )
    if len(files) > MOST_FILES:
        raise refusal(f"files_involved names {len(files)} files; at most {MOST_FILES} are taken.")
    if any(len(file) > LONGEST_FILE for file in files):
        raise refusal(f"a name in files_involved is longer than {LONGEST_FILE:,} characters.")


def refusal(what: str, *, why: str = "", fix: str = "") -> IfmemError:
    return IfmemError(what, why=why, fix=fix, exit_code=Exit.USAGE)
