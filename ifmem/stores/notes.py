"""Notes on disk: one Markdown file each under `.ifmem/working/`, which anyone may also edit by hand. Replaced whole, never half written."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from ifmem.core.notes import Note, read_note, written
from ifmem.errors import Exit, IfmemError
from ifmem.stores.staging import staged

OURS = re.compile(r"note-(\d+)\.md")
SUFFIX = ".md"
HIGHEST = ".highest"  # the highest number ever given, so that a receipt never comes to mean another note


class Notes:
    """The notes of one memory. `now` is epoch seconds."""

    def __init__(self, folder: Path, max_bytes: int, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._now = now

    def all(self) -> list[Note]:
        """Every note, also expired ones, the newest first."""
        paths = [path for path in self._folder.glob(f"*{SUFFIX}") if path.is_file()]
        return sorted(map(self._read, paths), key=lambda note: (note.at, len(note.id), note.id), reverse=True)

    def add(self, text: str, until: float = 0.0) -> Note:
        """Write a new note under the next number. Raises IfmemError for an empty one or a full disk."""
        content = self._content(Note("", text.strip(), self._now(), until=until))
        try:
            with staged(self._folder, content) as written_file:
                return self._read(self._under_next_number(written_file))
        except OSError as error:
            raise _cannot("write in", self._folder, error) from None

    def _under_next_number(self, written_file: Path) -> Path:
        """The file under a name that no note ever had, also if two take notes at once: a link never replaces what is there."""
        for number in count(self._highest() + 1):
            with contextlib.suppress(FileExistsError):
                os.link(written_file, self._path(f"note-{number}"))
                self._keep_highest()
                return self._path(f"note-{number}")
        raise AssertionError("numbers do not end")

    def _highest(self) -> int:
        """The highest number that is, or was, a note's."""
        given = [int(ours[1]) for path in self._folder.iterdir() if (ours := OURS.fullmatch(path.name))]
        with contextlib.suppress(OSError, ValueError):
            given.append(int((self._folder / HIGHEST).read_text(encoding="ascii")))
        return max(given, default=0)

    def _keep_highest(self) -> None:
        with staged(self._folder, str(self._highest()).encode()) as written_file:
            written_file.replace(self._folder / HIGHEST)

    def change(self, note_id: str, *, text: str | None = None, until: float | None = None) -> Note:
        """Replace a note's text, the time until it counts, or both. Raises IfmemError if there is no such note."""
        note = self.find(note_id)
        changed = replace(
            note,
            text=note.text if text is None else text.strip(),
            until=note.until if until is None else until,
            changed_at=self._now(),
        )
        self._write(note.id, self._content(changed))
        return self.find(note.id)

    def remove(self, note_id: str) -> Note:
        """Delete a note; returns what it was. Raises IfmemError if there is no such note."""
        note = self.find(note_id)
        try:
            self._keep_highest()
            self._path(note.id).unlink()
        except OSError as error:
            raise _cannot("remove", self._path(note.id), error) from None
        return note

    def find(self, note_id: str) -> Note:
        """The note called `note_id`, or `note-N` by its number. Raises IfmemError (2) if there is none."""
        name = f"note-{note_id}" if note_id.isdecimal() else note_id.removesuffix(SUFFIX)
        if name != Path(name).name or not self._path(name).is_file():
            raise IfmemError(
                f"there is no note {note_id!r}.", fix="See which there are: ifmem note --list", exit_code=Exit.USAGE
            )
        return self._read(self._path(name))

    def _path(self, note_id: str) -> Path:
        return self._folder / f"{note_id}{SUFFIX}"

    def _read(self, path: Path) -> Note:
        try:
            content = path.read_text(encoding="utf-8", errors="replace")
            return read_note(path.stem, content, path.stat().st_mtime)
        except OSError as error:
            raise _cannot("read", path, error) from None

    def _content(self, note: Note) -> bytes:
        """The bytes of the note's file, if it is one that will be loaded."""
        if not note.text:
            raise IfmemError("the note is empty.", fix='Say something: ifmem note "…"', exit_code=Exit.USAGE)
        content = written(note).encode("utf-8", errors="replace")
        if len(content) > self._max_bytes:
            why = f"{len(content):,} bytes, over max_file_bytes ({self._max_bytes:,})"
            raise IfmemError("the note is too long.", why=why, fix="Cut it, or raise max_file_bytes")
        return content

    def _write(self, note_id: str, content: bytes) -> None:
        try:
            with staged(self._folder, content) as written_file:
                written_file.replace(self._path(note_id))
        except OSError as error:
            raise _cannot("write", self._path(note_id), error) from None


def _cannot(verb: str, path: Path, error: OSError) -> IfmemError:
    return IfmemError(f"cannot {verb} {path}.", why=(error.strerror or str(error)).lower())
