from __future__ import annotations

import math
import time

import pytest

from ifmem.processes.pulse import to_next_pulse

ROUNDING = 1e-6


@pytest.mark.parametrize("every_s", [0.05, 0.5, 3.0])
def test_whoever_waits_for_a_pulse_waits_for_the_same_moment(every_s: float) -> None:
    before = time.monotonic()
    wait_s = to_next_pulse(every_s)
    last = math.floor(
        (time.monotonic() + wait_s) / every_s + ROUNDING
    )  # the pulse it is waited for is between the two looks
    assert (before + wait_s) / every_s <= last + ROUNDING


@pytest.mark.parametrize("every_s", [0.05, 0.5, 3.0])
def test_a_pulse_is_never_now_and_never_later_than_the_next(every_s: float) -> None:
    assert 0 < to_next_pulse(every_s) <= every_s
