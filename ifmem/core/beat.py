"""A process's sign of life and of progress."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.core.record import Record


@dataclass(frozen=True)
class Beat(Record):
    """Sent to the supervisor by pipe and to everyone else by the bus.

    `oldest_s` is how long the oldest question has been worked on, `late_s` how far the latest one is past its deadline (negative:
    time left).
    """

    name: str
    incarnation: int
    state: str
    since: float
    pid: int
    host: str
    in_flight: int = 0
    oldest_s: float = 0.0
    late_s: float = -1.0
    answered: int = 0
    tokens: int = 0
    capacity: int = 0
    pages: int = 0
    warm: int = 0  # of the pages: those in the vendor's cache, as far as is known
    context: str = ""
    changes: int = 0  # documents that are no longer as their page was frozen
    detail: str = ""
    p50_ms: float | None = None
    quota: int | None = None  # of a librarian: calls to a model that are left today
