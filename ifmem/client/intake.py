"""What people put in: notes, transcripts, and sources that are to be read again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ifmem.client.running import Running
from ifmem.core.keys import Keys
from ifmem.core.timeouts import limit_of
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.core.notes import Note
    from ifmem.processes.taking_in import Noted
    from ifmem.stores.refresh_orders import Outcome
    from ifmem.stores.sessions import Remembered


class Intake(Running):
    """What people add to the memory, and what is read again because they say so."""

    def note(self, text: str, *, expires: str = "") -> Noted:
        """Take a note; when this returns, the shards that read notes have read it. `expires` is e.g. `7d`, `12h` or `2026-12-01`."""
        from ifmem.core.notes import expires_at
        from ifmem.processes.taking_in import Noted, notes_of

        note = notes_of(self.config).add(text, expires_at(expires, time.time()) if expires else 0.0)
        return Noted(note, self._read_again("notes", f"{note.id} is kept"))

    def notes(self) -> list[Note]:
        """Every note, also those that have expired, the newest first."""
        from ifmem.processes.taking_in import notes_of

        return notes_of(self.config).all()

    def change_note(self, note_id: str, *, text: str | None = None, expires: str = "") -> Noted:
        """Replace a note's text, or how long it counts (`never` for always)."""
        from ifmem.core.notes import expires_at
        from ifmem.processes.taking_in import Noted, notes_of

        until = expires_at(expires, time.time()) if expires else None
        note = notes_of(self.config).change(note_id, text=text, until=until)
        return Noted(note, self._read_again("notes", f"{note.id} is changed"))

    def remove_note(self, note_id: str) -> Noted:
        """Delete a note, and forget it."""
        from ifmem.processes.taking_in import Noted, notes_of

        note = notes_of(self.config).remove(note_id)
        return Noted(note, self._read_again("notes", f"{note.id} is removed"))

    def remember(self, transcripts: Sequence[Path | str]) -> tuple[list[Remembered], tuple[str, ...]]:
        """Keep transcripts of agents' sessions as history: what was kept, and the shards that have read it."""
        from ifmem.processes.taking_in import keep_transcripts
        from ifmem.stores.sessions import KNOWN

        kept: list[Remembered] = []
        read_by: tuple[str, ...] = ()
        try:
            for one in keep_transcripts([Path(path) for path in transcripts], self.config):
                kept.append(one)
        finally:  # those before one that cannot be read are kept
            if any(one.state != KNOWN for one in kept):
                read_by = self._read_again("sessions", "the transcripts are kept")
        return kept, read_by

    def _read_again(self, kind: str, done: str) -> tuple[str, ...]:
        """Have the shards with sources of this kind read them again; gives their names, none if nothing runs. `done` is not undone."""
        from ifmem.processes.taking_in import readers_of

        running = {shard.name for shard in self.status().shards}
        names = tuple(name for name in readers_of(kind, self.config) if name in running)
        try:
            if names:
                self.refresh(names)
        except IfmemError as error:
            why = f"{error.what} {error.why}".strip()
            raise IfmemError(f"{done}, but not read yet.", why=why, fix=f"ifmem refresh {' '.join(names)}") from None
        return names

    def refresh(self, shards: Sequence[str] = (), *, timeout: float | None = None) -> Outcome:
        """Read all sources of some shards (or, with none named, of all) again now, also commands and addresses; says whose text changed.

        Files need no call: they are watched."""
        from ifmem.stores.refresh_orders import RefreshOrders

        if unknown := [name for name in shards if name not in self.shard_names]:
            raise IfmemError(
                f"there is no shard {unknown[0]!r}.",
                why=f"the shards are: {', '.join(self.shard_names)}",
                fix="Name one of them, or none for all",
                exit_code=Exit.USAGE,
            )
        within_s = limit_of(timeout, self.config.load_timeout_s)
        orders = RefreshOrders(self._connected(), Keys(self.config.namespace))
        outcome = self._run(orders.fulfilled(tuple(shards or self.shard_names), within_s), needs_set=True)
        if outcome is None:
            raise IfmemError(
                f"not read again within {within_s:.0f} s.",
                fix="It goes on: ifmem status --wide    Why: ifmem logs watcher",
                exit_code=Exit.TIMED_OUT,
            )
        return outcome
