"""A log that shows when it was changed: each entry's digest covers the entry and the digest before it. Pure.

Who can write the file can write a whole new chain; what is proved is that no entry was altered, taken out or put in between afterwards,
up to the last digest that somebody noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ifmem.core.record import Record

START = "0" * 64


@dataclass(frozen=True)
class AuditEntry(Record):
    """`details` say how much and what kind, never what was written. `digest` is empty until the entry has its place."""

    id: int
    at: float
    conversation: str
    side: str
    action: str
    details: dict[str, Any] = field(default_factory=dict)
    previous: str = START
    digest: str = ""


def digest_of(entry: AuditEntry) -> str:
    fields = [entry.id, repr(entry.at), entry.conversation, entry.side, entry.action, entry.details, entry.previous]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_broken(entries: Iterable[AuditEntry]) -> int | None:
    """The id of the first entry that does not fit the one before it; None if all do. The oldest entries may have been pruned."""
    previous: str | None = None
    for entry in entries:
        if entry.digest != digest_of(entry) or previous not in (None, entry.previous):
            return entry.id
        previous = entry.digest
    return None
