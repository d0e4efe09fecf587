"""What goes wrong with the bus, said so that a person can act on it. Which of the client's errors means what is `stores.bus`'s affair."""

from __future__ import annotations

import os
import ssl

from ifmem.core.addresses import masked
from ifmem.errors import Exit, IfmemError

OTHER_TYPE = "WRONGTYPE"


class BusLost(IfmemError):
    """The server did not answer. Whoever has time tries again; see `processes.patience`."""


class BusFull(BusLost):
    """The server answers and takes no more data: its memory or its disk is full. It may have room again later, so this is an outage."""


class BusLoading(BusLost):
    """The server has just been started and still reads its file."""


def full(url: str, reason: str) -> BusFull:
    return BusFull(
        f"the Redis at {masked(url)} takes no more data.",
        why=reason,
        fix="Give it more memory (maxmemory) or disk, or remove what else it holds.",
    )


def refused(url: str, reason: str) -> IfmemError:
    if "NOAUTH" in reason or "WRONGPASS" in reason:
        return IfmemError(
            f"the Redis at {masked(url)} wants a password.",
            why=reason,
            fix="Put user and password into IFMEM_REDIS_URL=redis://user:password@host:port",
            exit_code=Exit.CREDENTIALS,
        )
    if reason.startswith(OTHER_TYPE):
        return IfmemError(
            f"the Redis at {masked(url)} holds something else under a name of ifmem's.",
            why=reason,
            fix="Somebody else uses this server: give this set a name of its own with IFMEM_NAMESPACE=NAME",
        )
    return IfmemError(
        f"the Redis at {masked(url)} refused a command.",
        why=reason,
        fix="ifmem needs Redis 7 or Valkey 7.2, or newer.",
    )


def reason(error: BaseException) -> str:
    """`connection refused` rather than what three layers of libraries make of it."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLError):  # its errno is a number of OpenSSL's
        return f"TLS: {getattr(cause, 'verify_message', '') or cause.reason or cause}"
    if isinstance(cause, OSError) and cause.errno:
        return (os.strerror(cause.errno) if cause.errno > 0 else cause.strerror or "unknown host").lower()
    return str(error).rstrip(".") or type(error).__name__
