"""`ifmem note`: short-lived knowledge that nobody commits: what is planned, blocked, found out, agreed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import clean, duration, timestamp
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.notes import Note
    from ifmem.processes.taking_in import Noted

EXAMPLES = """
ifmem note "The staging database is read-only until Monday." --expires 3d
git log -1 --format=%B | ifmem note
ifmem note --list
ifmem note --edit 3 "The release is on Thursday."
"""
REMOVED = "removed"


def command(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="TEXT", hidden=True)] = None,
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Note what is in this file.")] = "",
    expires: Annotated[
        str, typer.Option("--expires", metavar="WHEN", help="When it stops to count: 12h, 7d, 2w, 2026-12-01, never.")
    ] = "",
    listed: Annotated[bool, typer.Option("--list", help="List the notes, the newest first.")] = False,
    edit: Annotated[
        str, typer.Option("--edit", metavar="ID", help="Replace this note's text, its --expires, or both.")
    ] = "",
    remove: Annotated[str, typer.Option("--remove", metavar="ID", help="Delete this note.")] = "",
) -> None:
    """TEXT is read from stdin if it is `-` or piped. Notes are Markdown files in .ifmem/working/. An expired note is listed, but no longer
    read. Secrets do not belong into notes: where a model answers, it gets to see them.
    """
    session: Session = ctx.obj
    if sum(map(bool, (listed, edit, remove))) > 1:
        raise IfmemError("--list, --edit and --remove do not go together.", exit_code=Exit.USAGE)
    if (listed or remove) and (words or file or expires):
        raise IfmemError("--list and --remove take neither a text nor --expires.", exit_code=Exit.USAGE)
    with session.memory() as memory:
        if listed:
            _list(session, memory.notes())
        elif remove:
            _report(session, memory.remove_note(remove), REMOVED)
        elif edit:
            _report(session, _edited(memory, edit, words or [], file, expires), "changed")
        else:
            _report(session, memory.note(_text(words or [], file), expires=expires), "noted as")


def _edited(memory: Memory, note_id: str, words: list[str], file: str, expires: str) -> Noted:
    """A text that is given replaces the note's; with --expires alone the text stays, also in a pipe."""
    text = _text(words, file) if words or file or not expires else None
    return memory.change_note(note_id, text=text, expires=expires)


def _text(words: list[str], file: str) -> str:
    """What is to be noted: the arguments, a file or standard input. Raises IfmemError (2) if that is not text."""
    if file and words:
        raise IfmemError("a note is a TEXT or a FILE, not both.", exit_code=Exit.USAGE)
    if words and words != ["-"]:
        return " ".join(words)
    if not file and not words and sys.stdin.isatty():
        fix = 'Say it: ifmem note "…"    Or see your notes: ifmem note --list'
        raise IfmemError("there is nothing to note.", fix=fix, exit_code=Exit.USAGE)
    try:
        return (Path(file).read_bytes() if file else sys.stdin.buffer.read()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"not UTF-8 text: {error}"
        raise IfmemError(f"cannot read {file or 'the note on stdin'}.", why=str(why), exit_code=Exit.USAGE) from None


def _report(session: Session, noted: Noted, done: str) -> None:
    note = noted.note
    if session.as_json:
        session.screen.json({"schema": 1, "note": _as_object(note), "read_by": list(noted.read_by)})
        return
    until = f", until {timestamp(note.until)}" if note.until and done != REMOVED else ""
    known = f"read by {', '.join(noted.read_by)}" if noted.read_by else "read at the next ifmem up"
    session.screen.data(f"{done} {note.id}{until}" if done.endswith("as") else f"{note.id} {done}{until}")
    session.screen.note(f"{known}. See: ifmem note --list")


def _list(session: Session, notes: list[Note]) -> None:
    now = time.time()
    if session.as_json:
        session.screen.json({"schema": 1, "notes": [_as_object(note) for note in notes]})
    elif session.screen.on_terminal:
        session.screen.data("\n\n".join(_paragraph(note, now) for note in notes) if notes else "no notes")
    else:
        session.screen.rows(_tabular(notes, now))


def _as_object(note: Note) -> dict[str, Any]:
    times = {"at": note.at, "changed_at": note.changed_at or None, "until": note.until or None}
    return {"id": note.id, "text": note.text, **times, "expired": note.has_expired(time.time())}


def _paragraph(note: Note, now: float) -> str:
    head = f"{note.id}  {duration(now - note.at)} ago"
    if note.has_expired(now):
        head += f"  expired {duration(now - note.until)} ago"
    elif note.until:
        head += f"  expires in {duration(note.until - now)}"
    return "\n".join([head, *(f"  {clean(line)}" for line in note.text.splitlines())])


def _tabular(notes: list[Note], now: float) -> Iterator[list[object]]:
    yield ["ID", "AT", "CHANGED", "UNTIL", "EXPIRED", "TEXT"]
    for note in notes:
        changed, until = (timestamp(time_) if time_ else None for time_ in (note.changed_at, note.until))
        yield [note.id, timestamp(note.at), changed, until, str(note.has_expired(now)).lower(), note.text]
