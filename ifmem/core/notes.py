"""A note and its file: a first line that says when it was taken and how long it counts, a blank line, then the text. Pure.

    Note of Saturday, 2026-11-21 14:50 UTC, until Saturday, 2026-11-28 14:50 UTC

The first line is part of what is searched, so that a question for a day finds the note, and a file without one is a note all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ifmem.errors import Exit, IfmemError

MOMENT = r"[A-Z][a-z]+, (\d{4}-\d\d-\d\d \d\d:\d\d) UTC"
HEAD = re.compile(rf"Note of {MOMENT}(?:, changed {MOMENT})?(?:, until {MOMENT})?")
LIFETIME = re.compile(r"(\d{1,6})([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Note:
    """`id` is the file's name without `.md`. `at`, `changed_at` and `until` are epoch seconds of whole minutes; 0 is never."""

    id: str
    text: str
    at: float
    changed_at: float = 0.0
    until: float = 0.0

    def has_expired(self, now: float) -> bool:
        return 0 < self.until <= now


def written(note: Note) -> str:
    """The text of the note's file."""
    head = f"Note of {moment(note.at)}"
    head += f", changed {moment(note.changed_at)}" if note.changed_at else ""
    head += f", until {moment(note.until)}" if note.until else ""
    return f"{head}\n\n{note.text.strip()}\n"


def read_note(note_id: str, content: str, modified_at: float) -> Note:
    """The note in a file. One that somebody else put there has no first line of ours and counts from when it was last `modified_at`."""
    head, _, text = content.partition("\n")
    known = HEAD.fullmatch(head.rstrip())
    if known is None:
        return Note(note_id, content.strip(), modified_at)
    at, changed_at, until = (_epoch(group) if group else 0.0 for group in known.groups())
    return Note(note_id, text.strip(), at, changed_at, until)


def expires_at(lifetime: str, now: float) -> float:
    """When `7d`, `12h`, `30m`, `2w` from now, or the day `2026-12-01` (UTC) begins; 0 for `never`. Raises IfmemError (2)."""
    if lifetime == "never":
        return 0.0
    try:
        if span := LIFETIME.fullmatch(lifetime):
            end = datetime.fromtimestamp(now, UTC) + timedelta(**{UNITS[span[2]]: int(span[1])})
        else:
            end = datetime.strptime(lifetime, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _bad_lifetime(lifetime, "it is neither a span of time nor a day") from None
    if end.timestamp() <= now:
        raise _bad_lifetime(lifetime, "that is over already")
    return end.timestamp()


def _bad_lifetime(lifetime: str, why: str) -> IfmemError:
    fix = "Say how long: --expires 30m, 12h, 7d, 2w, or until when: --expires 2026-12-01, or: --expires never"
    return IfmemError(f"a note cannot expire {lifetime!r}.", why=why, fix=fix, exit_code=Exit.USAGE)


def moment(epoch: float) -> str:
    """`Saturday, 2026-11-21 14:50 UTC`: the weekday too, since people ask for what was on Monday."""
    return in_calendar(epoch, "%A, %Y-%m-%d %H:%M UTC")


def in_calendar(epoch: float, form: str) -> str:
    """A time in the calendar; one that lies in no year of it (whoever told it may count in milliseconds) is not known."""
    try:
        return datetime.fromtimestamp(epoch, UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return "no known time"


def _epoch(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()
