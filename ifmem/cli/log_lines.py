"""Lines of log files in the order of their time. Reads files, prints nothing."""

from __future__ import annotations

import heapq
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
SERVER = re.compile(r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}")  # how Redis and Valkey write it, in local time
STAMP_WITHIN = 60  # characters: further in, a time belongs to the message
BLOCK = 65_536


class Line(NamedTuple):
    """One line of one process's log. `at` is seconds since the epoch; a line without a time has the one above it."""

    at: float
    process: str
    text: str


def time_of(text: str) -> float | None:
    """The time a log line starts with, as seconds since the epoch; None if it has none."""
    head = text[:STAMP_WITHIN]
    if found := ISO.search(head):
        moment = datetime.fromisoformat(found[0])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if found := SERVER.search(head):
        return datetime.strptime(found[0], "%d %b %Y %H:%M:%S.%f").timestamp()
    return None


def parse(process: str, texts: Iterable[str], at: float = 0.0) -> Iterator[Line]:
    for text in texts:
        at = time_of(text) or at
        yield Line(at, process, text)


def merged(paths: Iterable[Path], *, last: int | None, since: float = 0.0) -> list[Line]:
    """The lines of several logs by time, from `since` on, of these the `last` ones (None: all)."""
    lines = (parse(path.stem, _tail(path, None if since else last)) for path in paths)
    wanted = [line for line in heapq.merge(*lines, key=lambda line: line.at) if line.at >= since]
    return wanted if last is None else wanted[max(0, len(wanted) - last) :]


def _tail(path: Path, last: int | None) -> list[str]:
    """The last lines of a file, read from its end; all of them for None."""
    with path.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        start, wanted = end, b""
        while start and (last is None or wanted.count(b"\n") <= last):
            size = min(BLOCK, start)
            start -= size
            stream.seek(start)
            wanted = stream.read(size) + wanted
    lines = wanted.decode("utf-8", "replace").splitlines()
    return lines if last is None else lines[max(0, len(lines) - last) :]


class Follower:
    """What is appended to the logs of a folder from now on. A file that was replaced or emptied is read from its start."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._read: dict[Path, tuple[int, int]] = {path: _identity(path) for path in paths}

    def new_lines(self, paths: Iterable[Path]) -> list[Line]:
        """Complete lines that came since the last call, by time."""
        lines = [line for path in paths for line in self._new(path)]
        return sorted(lines, key=lambda line: line.at)

    def _new(self, path: Path) -> list[Line]:
        inode, size = _identity(path)
        known_inode, offset = self._read.get(path, (inode, 0))
        if inode != known_inode or size < offset:
            offset = 0
        with path.open("rb") as stream:
            stream.seek(offset)
            fresh = stream.read()
        complete = fresh[: fresh.rfind(b"\n") + 1]
        self._read[path] = (inode, offset + len(complete))
        texts = complete.decode("utf-8", "replace").splitlines()
        return list(parse(path.stem, texts, at=datetime.now(UTC).timestamp()))


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_size
