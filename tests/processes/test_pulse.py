from __future__ import annotations

import time

import pytest

from ifmem.processes.pulse import to_next_pulse


@pytest.mark.parametrize("every_s", [0.05, 0.5, 3.0])
def test_whoever_waits_for_a_pulse_waits_for_the_same_moment(every_s: float) -> None:
    moment = time.monotonic() + to_next_pulse(every_s)
    assert moment / every_s == pytest.approx(round(moment / every_s), abs=0.02)


@pytest.mark.parametrize("every_s", [0.05, 0.5, 3.0])
def test_a_pulse_is_never_now_and_never_later_than_the_next(every_s: float) -> None:
    assert 0 < to_next_pulse(every_s) <= every_s
