"""When a page is asked: made-up sequences of questions, the same for the same seed. Times in seconds, ascending, from 0."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

HOUR_S, DAY_S = 3600.0, 86_400.0
Trace = tuple[float, ...]


def steady(seed: int) -> Trace:
    """A question every two to ten minutes, for two days and nights."""
    dice = random.Random(seed)
    return _until(2 * DAY_S, lambda _: dice.uniform(120, 600))


def bursty(seed: int) -> Trace:
    """Bursts of three to twenty questions, half a minute apart, with hours between them, for a week."""
    dice = random.Random(seed)
    bursts = _until(7 * DAY_S, lambda _: dice.expovariate(1 / (3 * HOUR_S)))
    times = (at + 30.0 * n for at in bursts for n in range(dice.randint(3, 20)))
    return tuple(sorted(times))


def office_hours(seed: int) -> Trace:
    """Two weeks from nine to five with an hour's lunch and free weekends, twelve minutes between questions on average."""
    dice = random.Random(seed)
    days = [day * DAY_S for day in range(14) if day % 7 < 5]
    spans = [(day + start * HOUR_S, hours * HOUR_S) for day in days for start, hours in ((9, 3), (13, 4))]
    times = [at + span for at, length in spans for span in _until(length, lambda _: dice.expovariate(1 / 720))]
    return tuple(one - times[0] for one in times)


def overnight(seed: int) -> Trace:
    """For two weeks a few questions late in the evening, and a batch at some hour of the night."""
    dice = random.Random(seed)
    evenings = [n * DAY_S + dice.uniform(0, HOUR_S) + k * dice.uniform(60, 600) for n in range(14) for k in range(4)]
    nights = [n * DAY_S + dice.uniform(3, 9) * HOUR_S + 10.0 * k for n in range(14) for k in range(20)]
    return tuple(sorted([*evenings, *nights]))


def just_past_five_minutes(_: int) -> Trace:
    return _until(2 * DAY_S, lambda _: 301.0)


def just_past_an_hour(_: int) -> Trace:
    return _until(7 * DAY_S, lambda _: HOUR_S + 1)


def once_a_day(_: int) -> Trace:
    return _until(60 * DAY_S, lambda _: DAY_S)


def wandering(seed: int) -> Trace:
    """Gaps that drift between seconds and days: what was learnt is soon wrong."""
    dice = random.Random(seed)
    return _until(90 * DAY_S, lambda gap: min(2 * DAY_S, max(10.0, gap * dice.lognormvariate(0, 0.8))))


def turned_around(_: int) -> Trace:
    """Learnt habits broken: runs of short gaps, then each time one just past what they were worth."""
    gaps = ([240.0] * 20 + [13 * HOUR_S]) * 10 + ([1_800.0] * 12 + [3_605.0] * 3 + [20 * HOUR_S]) * 10
    return (0.0, *itertools.accumulate(gaps))


TRACES: dict[str, Callable[[int], Trace]] = {
    "steady": steady,
    "bursty": bursty,
    "office hours": office_hours,
    "overnight": overnight,
    "just past five minutes": just_past_five_minutes,
    "just past an hour": just_past_an_hour,
    "once a day": once_a_day,
    "wandering": wandering,
    "turned around": turned_around,
}


def _until(end_s: float, gap: Callable[[float], float]) -> Trace:
    """Questions from 0 on; `gap` is given the gap before."""

    def times() -> Iterator[float]:
        now, last = 0.0, 600.0
        while now < end_s:
            yield now
            last = gap(last)
            now += last

    return tuple(times())
