"""Which processes understand each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ifmem.errors import IfmemError

PROTOCOL = 1  # raised when two processes could no longer understand each other


def same_protocol(info: Mapping[str, Any]) -> None:
    """Raises IfmemError if a set that says this of itself cannot be talked to."""
    if str(info.get("protocol", PROTOCOL)) != str(PROTOCOL):  # as text: on the bus anybody may have written it
        raise IfmemError(
            f"the running set is ifmem {info.get('version')}, which this one cannot talk to.",
            why=f"it speaks protocol {info['protocol']}, this one speaks {PROTOCOL}",
            fix="Stop it with its own version, then: ifmem up",
        )
