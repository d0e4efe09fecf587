"""A network that can really be cut: a network namespace of this process and its children, with nothing in it but the loopback.

While it is down packets go nowhere: nothing is refused, closed or reset, as when a cable is pulled. Nobody else is in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import sys

from ifmem.chaos.namespaces import CLONE_NEWNET, call, enter

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)


class Wire:
    """`missing` says why there is none; empty if there is one."""

    def __init__(self, missing: str = "") -> None:
        self.missing = missing

    @classmethod
    def own(cls) -> Wire:
        """Leave the machine's network for one of our own. This process must have one thread, and goes back no more."""
        if sys.platform != "linux":
            return cls("only Linux can give one set a network of its own")
        try:
            _leave_the_others()
            _set_loopback(IFF_UP)
        except OSError as error:
            return cls(f"this machine allows no network of its own: {error.strerror}")
        return cls()

    def cut(self) -> None:
        _set_loopback(0)

    def heal(self) -> None:
        _set_loopback(IFF_UP)


def _leave_the_others() -> None:
    try:
        call("unshare", CLONE_NEWNET)  # a user namespace that was entered before has to stay: a disk belongs to it
    except PermissionError:
        enter(CLONE_NEWNET)


def _set_loopback(flags: int) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))


def free_port() -> int:
    """A port that nobody has in this network."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
