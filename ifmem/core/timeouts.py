"""How long a caller waits. Pure."""

from __future__ import annotations


def limit_of(timeout: float | None, default: float) -> float:
    """Seconds to wait: those that were asked for, 0 too, else the default."""
    return default if timeout is None else timeout
