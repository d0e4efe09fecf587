"""What a person puts into the memory: notes and transcripts. Written here, then read at once by the shards whose sources they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ifmem import prompts
from ifmem.config import Config
from ifmem.core.notes import Note
from ifmem.core.sessions import date_in
from ifmem.corpus.claims import asks_for
from ifmem.corpus.transcripts import read_transcript
from ifmem.errors import Exit, IfmemError
from ifmem.processes.launching import make_home
from ifmem.stores.notes import Notes
from ifmem.stores.sessions import Remembered, Sessions

LARGEST_TRANSCRIPT_BYTES = 512_000_000
HEAD_BYTES = 2_000  # where a text without times names its day, if it does


@dataclass(frozen=True)
class Noted:
    """A note as it stands now, and the shards that have read it; none if nothing runs."""

    note: Note
    read_by: tuple[str, ...]


def notes_of(config: Config) -> Notes:
    """The notes of a memory that need not have been started yet."""
    make_home(config)
    return Notes(config.home / "working", config.max_file_bytes)


def readers_of(kind: str, config: Config) -> tuple[str, ...]:
    """The shards with a source of this kind."""
    return tuple(domain.name for domain in prompts.domains(config) if asks_for(domain, kind))


def keep_transcripts(paths: list[Path], config: Config) -> Iterator[Remembered]:
    """Put every session of the transcripts down. Raises IfmemError for one that cannot be read, having kept those before it."""
    make_home(config)
    sessions = Sessions(config.home / "history", config.max_file_bytes)
    for path in paths:
        content, modified_at = _content(path)
        found = read_transcript(content.decode("utf-8", errors="replace"))
        if not found:
            raise IfmemError(
                f"cannot find a session in {path}.",
                why="nobody says anything in it, in any of the known formats",
                fix="Known are JSON lines or JSON of agents and chats, and Markdown: ifmem remember -h",
                exit_code=Exit.USAGE,
            )
        named_at = date_in(path.name) or date_in(content[:HEAD_BYTES].decode(errors="replace"))
        for session in found:
            yield sessions.keep(session, path.name, content, named_at or modified_at)


def _content(path: Path) -> tuple[bytes, float]:
    try:
        facts = path.stat()
        if facts.st_size > LARGEST_TRANSCRIPT_BYTES:
            raise OSError(f"{facts.st_size:,} bytes, over {LARGEST_TRANSCRIPT_BYTES:,}")
        return path.read_bytes(), facts.st_mtime
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise IfmemError(f"cannot read {path}.", why=why, exit_code=Exit.USAGE) from None
