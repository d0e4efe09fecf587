"""Namespaces of Linux: what a process and its children have for themselves. Entered without any right, as the same user."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000


def enter(kind: int) -> None:
    """Enter a user namespace and another one of that kind. This process must have one thread. Raises OSError."""
    user, group = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER | kind)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def call(function: str, *arguments: object) -> None:
    """Call a function of the C library that returns 0. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
