"""Copies of the archive, with the notes, sessions and test runs beside it, out and back in. The set may run meanwhile: SQLite's online
backup is of one moment.

What comes in is not trusted: a file of somebody else's could bring code (triggers, views) along with its rows, or name any path.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ifmem.errors import Exit, IfmemError
from ifmem.stores import kept_files
from ifmem.stores.archive import START, Archive
from ifmem.stores.kept_files import Folders, KeptFile

WITHIN_S = 30.0  # for another writer to let go of the file
CODE = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"


class Copied(NamedTuple):
    """A copy of an archive and the files beside it: `head` covers all rows, `files_digest` all files, `counts` says how many there are of
    each kind. A backup that knows of no files has no digest of them."""

    path: Path
    head: str
    counts: dict[str, int]
    files_digest: str = ""


def back_up(archive: Path, target: Path, folders: Folders, *, replace: bool = False) -> Copied:
    """Copy the archive, and what the folders hold, into a new private file. Raises IfmemError if there is no archive, or something is in
    the way."""
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
        files = kept_files.files_of(folders)
        kept_files.put_into(part, files)
        copied = _described(part, files)._replace(path=target)
        part.replace(target)
    return copied


def restore(source: Path, archive: Path, folders: Folders, *, force: bool = False) -> tuple[Copied, Path | None]:
    """Put a backup in the archive's place, and its files in the folders: what they hold then is what it held. All that was there is kept
    in a backup beside the archive; its path is the second result. A backup that knows of no files leaves them as they are. All of it
    happens or nothing: the files can be put back, so they come first; the archive is replaced in one step, so it comes last.

    Raises IfmemError for a file that is no archive, is damaged, or was altered (unless `force`).
    """
    if not source.is_file():
        raise IfmemError(f"there is no file {source}.", fix="Name one that `ifmem backup` wrote", exit_code=Exit.USAGE)
    with _explained(source), _part_of(archive) as part:
        _copy(source, part)
        _must_be_an_archive(part, source)
        files = kept_files.take_out(part)
        _must_belong(files or [], source, folders)
        with Archive.writing(part) as opened:  # of an older version: brought to the newest form
            _must_be_whole(opened, files or [], source, force=force)
        _go_on_from(part, archive)
        saved = _kept(archive, folders)
        with kept_files.exchanged(files, folders):
            if files is not None:
                _must_be_there(files, folders)
            _copy(part, archive)
    return _described(archive, files), saved


def _copy(source: Path, target: Path) -> None:
    """In one step, which waits for a writer to be done."""
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=WITHIN_S)) as read,
        closing(sqlite3.connect(target, timeout=WITHIN_S)) as written,
    ):
        read.backup(written)


def _described(path: Path, files: Sequence[KeptFile] | None) -> Copied:
    with Archive.reading(path) as archive:
        assert archive is not None
        copied = Copied(path, archive.head(), archive.counts())
    if files is None:
        return copied
    summary = kept_files.summary_of(files)
    return copied._replace(counts={**copied.counts, **summary.counts}, files_digest=summary.digest)


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


def _must_belong(files: Sequence[KeptFile], source: Path, folders: Folders) -> None:
    if foreign := [file for file in files if file.kind not in folders or not file.placeable]:
        raise _unfit(
            source, f"it would write a file that is none of the memory's: {foreign[0].kind}, {foreign[0].name!r}"
        )


def _must_be_whole(archive: Archive, files: Sequence[KeptFile], source: Path, *, force: bool) -> None:
    audit = archive.audit()
    broken = [*(audit.broken if audit else ()), *(f"{file.name!r} in {file.kind}" for file in files if file.altered)]
    if broken and not force:
        raise IfmemError(
            f"{source} was altered since it was written.",
            why="; ".join(broken[:3]),
            fix="Use another backup, or take it as it is: ifmem restore --force FILE",
        )


def _must_be_there(files: Sequence[KeptFile], folders: Folders) -> None:
    if kept_files.summary_of(kept_files.files_of(folders)) != kept_files.summary_of(files):
        raise IfmemError(
            "the notes, sessions and test runs are not those of the backup.",
            why="something else wrote there meanwhile; all is as it was",
            fix="Restore it again",
        )


def _go_on_from(part: Path, archive: Path) -> None:
    """The journal is read on from where it is, not from where it was when the backup was made: other entries wait there now."""
    with Archive.reading(archive) as live:
        position = live.position() if live else START
    with closing(sqlite3.connect(part)) as connection, connection:
        connection.execute("DELETE FROM position")
        connection.execute("INSERT INTO position (stream, id) VALUES ('journal', ?)", [position])


def _kept(archive: Path, folders: Folders) -> Path | None:
    if not archive.exists():
        if not kept_files.files_of(folders):
            return None
        with Archive.writing(archive):
            pass  # notes were taken before the first `up`: an empty one carries them
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return back_up(archive, archive.with_name(f"{archive.name}.before-{stamp}"), folders, replace=True).path


@contextlib.contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A private file beside `target` that is gone in the end, with whatever SQLite puts beside it."""
    # 0600, and nobody's link.
    made, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(made)
    part = Path(name)
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
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # text that is none, in a file that was altered
        raise _unfit(path, str(error)) from None
    except OSError as error:
        used = error.filename2 or error.filename or path  # the second is what was to be replaced
        raise IfmemError(
            f"cannot use {used}.",
            why=(error.strerror or str(error)).lower(),
            fix="It has to be a file of yours, in a folder of yours",
        ) from None
