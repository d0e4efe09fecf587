"""The supervisor's decisions as pure functions of facts and a clock: who is to be replaced, and when what left starts again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ifmem.core.lifecycle import LOADING, LOST, SERVING, STALLED, STARTING, TOO_SLOW

if TYPE_CHECKING:
    import random

HEALTHY_S = 60.0  # served this long: earlier crashes are forgotten
STARTS_BEFORE_FAILED = 5  # never became ready this often in a row: a person has to look


@dataclass(frozen=True)
class Limits:
    """How long each thing may take, in seconds."""

    lost_after_s: float
    stall_margin_s: float
    start_timeout_s: float
    load_timeout_s: float


@dataclass(frozen=True)
class Life:
    """One incarnation as the supervisor knows it. Times are of one monotonic clock."""

    started_at: float
    state: str = STARTING
    state_since: float = 0.0
    last_beat_at: float | None = None
    late_s: float = 0.0  # by how much the oldest question is past its deadline; negative: time left
    ready_at: float | None = None


def verdict(life: Life, now: float, limits: Limits) -> str:
    """`LOST`, `STALLED`, `TOO_SLOW`, or "" for a process to be left alone."""
    silent = now - (life.last_beat_at if life.last_beat_at is not None else life.started_at)
    if life.last_beat_at is None:
        return TOO_SLOW if silent > limits.start_timeout_s else ""
    if silent > limits.lost_after_s:
        return LOST
    if life.state == STARTING and now - life.state_since > limits.start_timeout_s:
        return TOO_SLOW
    if life.state == LOADING and now - life.state_since > limits.load_timeout_s:
        return TOO_SLOW
    if life.state in SERVING and life.late_s > limits.stall_margin_s:
        return STALLED
    return ""


@dataclass(frozen=True)
class Exit:
    """How one incarnation ended. `served_s` is None if it never became ready."""

    at: float
    served_s: float | None


@dataclass(frozen=True)
class History:
    """The recent exits of one process, oldest first; forgotten after a healthy minute."""

    exits: tuple[Exit, ...] = ()

    def after(self, exit_: Exit) -> History:
        healthy = exit_.served_s is not None and exit_.served_s >= HEALTHY_S
        return replace(self, exits=(exit_,) if healthy else (*self.exits[-31:], exit_))

    @property
    def starts_without_ready(self) -> int:
        count = 0
        for exit_ in reversed(self.exits):
            if exit_.served_s is not None:
                break
            count += 1
        return count

    @property
    def gave_up(self) -> bool:
        return self.starts_without_ready >= STARTS_BEFORE_FAILED


def pause_before_restart(history: History, ceiling_s: float, jitter: random.Random) -> float:
    """Seconds to wait before the next start: none after the first crash, then 1, 2, 4 … up to the ceiling, each 75 to 100% of it."""
    crashes = len(history.exits)
    if crashes <= 1:
        return 0.0
    pause = min(ceiling_s, 2.0 ** min(crashes - 2, 30))
    return pause * jitter.uniform(0.75, 1.0)
