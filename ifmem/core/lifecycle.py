"""States of a process and of a set, in words; what a supervisor makes of them is in `core.supervision`.

A process says for itself that it is `starting`, `loading`, `ready`, `busy` or `draining`. Its supervisor finds it `dead` (gone), `lost`
(silent) or `stalled` (it beats, but its oldest question is past its deadline), and shows it as `restarting`, `failed` or `stopped`.
A remote shard that no machine serves is `waiting`.
"""

from __future__ import annotations

from collections.abc import Sequence

STARTING, LOADING, READY, BUSY, DRAINING = "starting", "loading", "ready", "busy", "draining"
RESTARTING, FAILED, STOPPED, STOPPING, UNREACHABLE = "restarting", "failed", "stopped", "stopping", "unreachable"
DEGRADED = "degraded"  # of a set: something is not ready
HUNG = "hung"  # of a set: its supervisor stands still, what lives goes on answering
LOST, STALLED, TOO_SLOW = "lost", "stalled", "too slow"
WAITING = "waiting"  # a remote shard, for a machine that serves it

SERVING = frozenset({READY, BUSY})


def state_of_set(states: Sequence[str]) -> str:
    """One word for a whole set from its processes' states."""
    if states and all(state in SERVING for state in states):
        return READY
    if any(state in (STARTING, LOADING) for state in states) and not any(state == FAILED for state in states):
        return STARTING
    return DEGRADED


def exit_in_words(status: int, requested: bool) -> str:
    """A wait status (negative: a signal's number) in words. An exit nobody asked for is a crash, 0 too: that one is `completed`."""
    if requested:
        return "stopped"
    if status < 0:
        import signal

        return f"killed by {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"signal {-status}"
    return "completed (left with exit code 0 although nobody asked)" if status == 0 else f"exit code {status}"
