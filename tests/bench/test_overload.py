from __future__ import annotations

from ifmem.bench.crowd import Heard
from ifmem.bench.overload import TOGETHER, _latency

ENDED_AT = 100.0
BEFORE = [Heard(50.0, 10.0, True)] * TOGETHER


def after(*took_ms: float) -> list[Heard]:
    """What is asked a second apart, from when the overload ended."""
    return [Heard(ENDED_AT + second, ms, True) for second, ms in enumerate(took_ms)]


def test_the_time_until_all_is_as_before_is_of_the_first_of_several_that_are_fast() -> None:
    _, back = _latency(BEFORE, after(90.0, 15.0, 90.0, 90.0, 90.0, *[12.0] * TOGETHER), ENDED_AT)
    assert (back.p50, back.reached) == (5.0, True)


def test_a_set_that_was_not_seen_as_before_has_no_time_and_reaches_nothing() -> None:
    _, looked = _latency(BEFORE, after(*[90.0] * 8), ENDED_AT)
    assert (looked.p50, looked.reached) == (7.0, None)
    assert looked.what.startswith("looked for")
