"""The supervisor's decisions, as tables of histories."""

from __future__ import annotations

import random

import pytest

from ifmem.core.lifecycle import BUSY, DRAINING, LOADING, LOST, READY, STALLED, STARTING, TOO_SLOW
from ifmem.core.supervision import Exit, History, Life, Limits, pause_before_restart, verdict

LIMITS = Limits(lost_after_s=3.0, stall_margin_s=15.0, start_timeout_s=20.0, load_timeout_s=600.0)
NOW = 1000.0


def life(state: str, *, beat_ago: float | None, since: float = 1.0, late_s: float = -1.0, started: float = 1.0) -> Life:
    beat = None if beat_ago is None else NOW - beat_ago
    return Life(NOW - started, state, NOW - since, beat, late_s, ready_at=None)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (life(STARTING, beat_ago=None, started=19.9), ""),
        (life(STARTING, beat_ago=None, started=20.1), TOO_SLOW),
        (life(STARTING, beat_ago=0.1, since=20.1), TOO_SLOW),
        (life(LOADING, beat_ago=0.1, since=599.0), ""),
        (life(LOADING, beat_ago=0.1, since=601.0), TOO_SLOW),
        (life(LOADING, beat_ago=3.1), LOST),
        (life(READY, beat_ago=2.9), ""),
        (life(READY, beat_ago=3.1), LOST),
        (life(READY, beat_ago=0.1, since=86_400.0), ""),
        (life(BUSY, beat_ago=0.1, late_s=14.9), ""),
        (life(BUSY, beat_ago=0.1, late_s=15.1), STALLED),
        (life(BUSY, beat_ago=3.1, late_s=15.1), LOST),
        (life(DRAINING, beat_ago=0.1, late_s=15.1), ""),
    ],
)
def test_the_verdict_on_a_life(found: Life, expected: str) -> None:
    assert verdict(found, NOW, LIMITS) == expected


def history(*served_s: float | None) -> History:
    found = History()
    for served in served_s:
        found = found.after(Exit(NOW, served))
    return found


@pytest.mark.parametrize(
    ("served_s", "longest"),
    [
        ((), 0.0),
        ((5.0,), 0.0),
        ((5.0, 5.0), 1.0),
        ((5.0, 5.0, 5.0), 2.0),
        ((None, 5.0, None, 5.0), 4.0),
        ((5.0,) * 6, 16.0),
        ((5.0,) * 7, 30.0),
        ((5.0,) * 500, 30.0),
        ((5.0, 5.0, 5.0, 60.0), 0.0),
        ((5.0, 5.0, 5.0, 60.0, 5.0), 1.0),
        ((59.9, 59.9), 1.0),
    ],
)
def test_the_pause_before_a_restart_doubles_up_to_the_ceiling_and_forgets(
    served_s: tuple[float | None, ...], longest: float
) -> None:
    for seed in range(20):
        pause = pause_before_restart(history(*served_s), 30.0, random.Random(seed))
        assert longest * 0.75 <= pause <= longest


def test_the_pause_has_jitter() -> None:
    jitter = random.Random(1)
    assert len({pause_before_restart(history(1.0, 1.0, 1.0), 30.0, jitter) for _ in range(10)}) == 10


@pytest.mark.parametrize(
    ("served_s", "gave_up"),
    [
        ((None,) * 4, False),
        ((None,) * 5, True),
        ((None, None, None, None, 1.0), False),
        ((1.0, None, None, None, None), False),
        ((1.0, None, None, None, None, None), True),
        ((1.0,) * 50, False),
    ],
)
def test_only_a_process_that_never_becomes_ready_is_given_up(served_s: tuple[float | None, ...], gave_up: bool) -> None:
    assert history(*served_s).gave_up is gave_up
