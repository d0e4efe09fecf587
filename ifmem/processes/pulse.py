"""The pulse of a machine: what its processes do again and again they do at the same moments, which seldom wakes a processor."""

from __future__ import annotations

import time


def to_next_pulse(every_s: float) -> float:
    """Seconds until the monotonic clock, which all processes of a machine share, next shows a multiple of `every_s`."""
    return every_s - time.monotonic() % every_s
