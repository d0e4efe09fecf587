"""What can be told to go wrong. Each fault strikes one request, in the order in which they were given."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from simulator.reading import Spoken
from simulator.refusals import Refused


@dataclass(frozen=True)
class Hang:
    """No answer until the event is set (None: ever)."""

    until: asyncio.Event | None = None


@dataclass(frozen=True)
class ErrorMidStream:
    after: int = 1  # text deltas
    kind: str = "overloaded_error"


@dataclass(frozen=True)
class CutShort:
    """The stream ends in good order, but before the message does."""

    after: int = 1


@dataclass(frozen=True)
class Lost:
    """The connection is gone in mid-stream."""

    after: int = 1


@dataclass(frozen=True)
class Raw:
    """Bytes that no Messages API sends: another server answers here."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/html"})


Fault = Refused | Hang | ErrorMidStream | CutShort | Lost | Raw | Spoken
