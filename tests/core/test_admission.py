from __future__ import annotations

from itertools import accumulate

from ifmem.core.admission import LOOKS, SOON_S, Admission, Look

FLOOR, PACE = 32, 50


def limits(*waiting: int, pace: int = PACE) -> list[int | None]:
    """What may wait after each of these looks, a second apart, while `pace` a second are answered."""
    looks = [Look(float(at), count, at * pace) for at, count in enumerate(waiting)]
    found = accumulate(looks, lambda admission, look: admission.after(look), initial=Admission(FLOOR))
    return [admission.limit for admission in found][1:]


def test_a_burst_is_taken_whole() -> None:
    assert limits(*range(1000, 150, -200), 100, 50, 0) == [None] * 8


def test_of_a_queue_that_stays_long_only_so_many_may_wait_as_are_answered_soon() -> None:
    assert limits(*[1000] * LOOKS) == [None] * (LOOKS - 1) + [round(PACE * SOON_S)]


def test_as_many_as_are_worked_on_at_once_may_wait_however_slow_that_is() -> None:
    assert limits(*[1000] * LOOKS, pace=1)[-1] == FLOOR
    assert limits(*[FLOOR] * LOOKS, pace=1)[-1] is None


def test_the_limit_stays_while_the_queue_is_kept_full_and_goes_when_the_rush_is_over() -> None:
    full = round(PACE * SOON_S)
    assert limits(*[1000] * LOOKS, full, full, full // 2, full // 4) == [
        *[None] * (LOOKS - 1),
        *[full] * 4,
        None,
    ]
