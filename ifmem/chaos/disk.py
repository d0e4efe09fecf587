"""A small disk that can really be full: a tmpfs in a mount namespace of this process and its children. Nobody else sees it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ifmem.chaos.namespaces import CLONE_NEWNS, call, enter

MS_REMOUNT, MNT_DETACH = 32, 2
SIZE = 2 << 30
TRIES = 50  # to catch the moment between two writes of the set


class Disk:
    """`missing` says why there is none; empty if there is one."""

    def __init__(self, place: Path, missing: str = "") -> None:
        self.place = place
        self.missing = missing

    @classmethod
    @contextlib.contextmanager
    def under(cls, place: Path) -> Iterator[Disk]:
        """A disk at `place`, taken away in the end. This process must have one thread; it keeps its user and its files."""
        place.mkdir()
        disk = cls(place, _why_not(place))
        try:
            yield disk
        finally:
            if not disk.missing:
                call("umount2", os.fsencode(place), MNT_DETACH)

    def fill(self) -> None:
        """From now on every write that needs more room gets ENOSPC."""
        for _ in range(TRIES):
            found = os.statvfs(self.place)
            try:
                _mount(self.place, (found.f_blocks - found.f_bfree) * found.f_frsize, MS_REMOUNT)
                return
            except OSError:  # it has grown meanwhile
                continue
        raise OSError("the disk cannot be shrunk to what is on it")

    def free(self) -> None:
        _mount(self.place, SIZE, MS_REMOUNT)


def _why_not(place: Path) -> str:
    """Mount the disk; why that cannot be, or "" if it is done."""
    if sys.platform != "linux":
        return "only Linux can give one set a disk of its own"
    try:
        enter(CLONE_NEWNS)
        _mount(place, SIZE)
    except OSError as error:
        return f"this machine allows no disk of its own: {error.strerror}"
    return ""


def _mount(place: Path, size: int, flags: int = 0) -> None:
    options = f"size={size},mode=700".encode() if not flags else f"size={size}".encode()
    call("mount", b"ifmem-chaos", os.fsencode(place), b"tmpfs", flags, options)
