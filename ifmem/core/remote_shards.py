"""What the home of a shard makes of the signs of life that another machine gives, which serves it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.core.hosting import Presence
from ifmem.core.lifecycle import LOST, SERVING

SERVED = "served"  # its host gave a sign of life
LEFT = "left"  # its host has handed back what it held
OUTDATED = "outdated"  # its host serves on, and has not heard that it was given up
SILENT = "silent"  # for too long: nothing that the host may still send counts from now on
FREE = "free"  # silent for so long that another machine may serve it


@dataclass(frozen=True)
class Watched:
    """A remote shard as its home knows it. `at` is the last sign of life ("": none so far), `heard_at` when that was, monotonic; serving
    incarnations before `counts_from` do not count any more."""

    at: str
    heard_at: float
    state: str
    given_up: bool = False
    counts_from: int = 0


def verdict(watched: Watched, presence: Presence | None, now: float, lost_after_s: float, free_after_s: float) -> str:
    """One of the words above, or "" if there is nothing to do. A sign of life that was heard before is none."""
    if presence and presence.at != watched.at:
        if not presence.owner:
            return LEFT
        said = presence.said
        return OUTDATED if said.state in SERVING and said.incarnation < watched.counts_from else SERVED
    silent_s = now - watched.heard_at
    if silent_s > lost_after_s and not watched.given_up:
        return SILENT
    return FREE if watched.state == LOST and silent_s > free_after_s else ""
