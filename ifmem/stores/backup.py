"""Copies of the archive, out and back in, with SQLite's online backup: the set may run meanwhile, and a copy is of one moment.

What comes in is not trusted: a file of somebody else's could bring code (triggers, views) along with its rows.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ifmem.errors import Exit, IfmemError
from ifmem.stores.archive import START, Archive

WITHIN_S = 30.0  # for another writer to let go of the file
CODE = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"


class Copied(NamedTuple):
    """A copy of an archive: `head` covers all of its rows, `counts` says how many there are of each kind."""

    path: Path
    head: str
    counts: dict[str, int]


def back_up(archive: Path, target: Path, *, replace: bool = False) -> Copied:
    """Copy the archive into a new private file. Raises IfmemError if there is none, or something is in the way."""
    if not archive.exists():
        raise IfmemError(
            "there is nothing to back up yet.", why=f"{archive} does not exist", fix="It is made by the first: ifmem up"
        )
    if target.exists() and not replace:
        raise IfmemError(f"{target} is there already.", fix="Name another file, or overwrite it: --force")
    with _explained(target), _part_of(target) as part:
        _copy(archive, part)
        with closing(sqlite3.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # one file, also while it is read
        copied = _described(part)._replace(path=target)
        part.replace(target)
    return copied


def restore(source: Path, archive: Path, *, force: bool = False) -> tuple[Copied, Path | None]:
    """Put a backup in the archive's place, all of it or nothing. What was there is kept beside it; its path is the second result.

    Raises IfmemError for a file that is no archive, is damaged, or whose chain is broken (unless `force`).
    """
    if not source.is_file():
        raise IfmemError(f"there is no file {source}.", fix="Name one that `ifmem backup` wrote", exit_code=Exit.USAGE)
    with _explained(source), _part_of(archive) as part:
        _copy(source, part)
        _must_be_an_archive(part, source)
        with Archive.writing(part) as opened:  # of an older version: brought to the newest form
            _must_be_whole(opened, source, force=force)
        _go_on_from(part, archive)
        saved = _kept(archive)
        _copy(part, archive)
    return _described(archive), saved


def _copy(source: Path, target: Path) -> None:
    """In one step, which waits for a writer to be done."""
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=WITHIN_S)) as read,
        closing(sqlite3.connect(target, timeout=WITHIN_S)) as written,
    ):
        read.backup(written)


def _described(path: Path) -> Copied:
    with Archive.reading(path) as archive:
        assert archive is not None
        return Copied(path, archive.head(), archive.counts())


def _must_be_an_archive(path: Path, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.db"
        with Archive.writing(fresh):
            known = _code_in(fresh)
    if foreign := _code_in(path) - known:
        names = ", ".join(sorted(name for name, _ in foreign))
        raise _unfit(source, f"it brings code along: {names}")
    with Archive.reading(path) as archive:
        if archive is None:
            raise _unfit(source, "it is a database of another kind")
        if damage := archive.damage():
            raise _unfit(source, f"it is damaged: {damage[0]}")


def _code_in(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(CODE))


def _must_be_whole(archive: Archive, source: Path, *, force: bool) -> None:
    audit = archive.audit()
    if audit is not None and audit.broken and not force:
        raise IfmemError(
            f"{source} was altered since it was written.",
            why="; ".join(audit.broken[:3]),
            fix="Use another backup, or take it as it is: ifmem restore --force FILE",
        )


def _go_on_from(part: Path, archive: Path) -> None:
    """The journal is read on from where it is, not from where it was when the backup was made: other entries wait there now."""
    with Archive.reading(archive) as live:
        position = live.position() if live else START
    with closing(sqlite3.connect(part)) as connection, connection:
        connection.execute("DELETE FROM position")
        connection.execute("INSERT INTO position (stream, id) VALUES ('journal', ?)", [position])


def _kept(archive: Path) -> Path | None:
    if not archive.exists():
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return back_up(archive, archive.with_name(f"{archive.name}.before-{stamp}"), replace=True).path


@contextlib.contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A private file beside `target` that is gone in the end, with whatever SQLite puts beside it."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _unfit(source: Path, why: str) -> IfmemError:
    return IfmemError(f"{source} cannot be restored.", why=why, fix="Name a file that `ifmem backup` wrote")


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _unfit(path, str(error)) from None
    except OSError as error:
        raise IfmemError(
            f"cannot use {path}.", why=(error.strerror or str(error)).lower(), fix="Name a file in a folder of yours"
        ) from None
