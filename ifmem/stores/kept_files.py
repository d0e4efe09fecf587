"""Notes, sessions and test runs in a backup: the files of the state's folders as rows of a table beside the archive's, and back.

`folders` says where each kind of them is. A backup of somebody else's could name any path: nothing is written outside these folders.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ifmem.stores.staging import staged

Folders = Mapping[str, Path]
TABLE = "kept_files"
MADE_AS = (
    f"CREATE TABLE {TABLE} (kind TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, sha256 TEXT NOT NULL, "
    "modified_ns INTEGER NOT NULL) STRICT"
)


class KeptFile(NamedTuple):
    """`name` is the path in the folder of its kind, with slashes; `sha256` is what the file's bytes had when it was kept."""

    kind: str
    name: str
    content: bytes
    sha256: str
    modified_ns: int

    @property
    def altered(self) -> bool:
        return _digest(self.content) != self.sha256

    @property
    def placeable(self) -> bool:
        """Whether its name is a path below a folder, and none of a hidden file."""
        parts = PurePosixPath(self.name).parts
        plain = not any(part.startswith((".", "/")) or "\0" in part for part in parts)
        return bool(parts) and "/".join(parts) == self.name and plain


class Summary(NamedTuple):
    """Of a number of files: how many there are of each kind, and a digest that covers names and contents."""

    counts: dict[str, int]
    digest: str


def files_of(folders: Folders) -> list[KeptFile]:
    """What the folders hold, as it is now. Raises OSError for a file that cannot be read."""
    found = [(kind, folder, path) for kind, folder in folders.items() for path in sorted(folder.rglob("*"))]
    files = (_kept(kind, folder, path) for kind, folder, path in found if path.is_file() and not path.is_symlink())
    return [file for file in files if file.placeable]


def summary_of(files: Iterable[KeptFile]) -> Summary:
    digest, counts = hashlib.sha256(), Counter[str]()
    for file in sorted(files):
        digest.update(repr((file.kind, file.name, _digest(file.content))).encode())
        counts[file.kind] += 1
    return Summary(dict(counts), digest.hexdigest())


def put_into(backup: Path, files: Iterable[KeptFile]) -> None:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute(MADE_AS)
        connection.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)", files)


def take_out(backup: Path) -> list[KeptFile] | None:
    """The files in a backup, which it no longer has afterwards; None for one from before there were any in it.

    Raises sqlite3.DatabaseError if its table is another one than ours.
    """
    with closing(sqlite3.connect(backup, isolation_level=None)) as connection:
        made_as = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone()
        if made_as is None:
            return None
        if made_as != (MADE_AS,):
            raise sqlite3.DatabaseError(f"its table {TABLE} is none of ours")
        files = [KeptFile(*row) for row in connection.execute(f"SELECT * FROM {TABLE}")]
        connection.execute(f"DROP TABLE {TABLE}")
        connection.execute("VACUUM")
    return files


def put_back(files: Iterable[KeptFile], folders: Folders) -> None:
    """Let the folders hold these files and no others. Raises OSError or IfmemError."""
    wanted = {folders[file.kind] / file.name: file for file in files}
    for path, file in wanted.items():
        with staged(folders[file.kind], file.content) as whole:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole.replace(path)
        os.utime(path, ns=(file.modified_ns, file.modified_ns))
    for file in files_of(folders):
        path = folders[file.kind] / file.name
        if path not in wanted:
            path.unlink()


@contextlib.contextmanager
def exchanged(files: Sequence[KeptFile] | None, folders: Folders) -> Iterator[None]:
    """The folders hold these files; None leaves what they hold. If that or the block fails, they hold again what they held before, and
    what somebody else has written there meanwhile."""
    if files is None:
        yield
        return
    before = files_of(folders)
    try:
        put_back(files, folders)
        yield
    except BaseException:
        ours = {(file.kind, file.name, file.sha256) for file in files}
        others = [file for file in files_of(folders) if (file.kind, file.name, file.sha256) not in ours]
        put_back([*before, *others], folders)
        raise


def _kept(kind: str, folder: Path, path: Path) -> KeptFile:
    content = path.read_bytes()
    return KeptFile(kind, path.relative_to(folder).as_posix(), content, _digest(content), path.stat().st_mtime_ns)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
