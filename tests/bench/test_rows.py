from __future__ import annotations

import pytest

from ifmem.bench.rows import Target, at_least, at_most, at_most_times, percentile, row


def test_a_row_has_the_median_and_the_percentile_of_its_samples() -> None:
    made = row("x", "ms", [float(n) for n in range(1, 101)])
    assert (made.p50, made.p95, made.samples) == (50.5, 95.0, 100)


def test_of_a_rate_the_low_end_is_given() -> None:
    assert percentile([float(n) for n in range(1, 101)], rate=True) == 6.0


def test_a_handful_of_samples_has_no_percentile() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0]) is None


@pytest.mark.parametrize(
    ("target", "reached"), [(at_most(2), True), (at_most(1), False), (at_least(2), True), (at_least(3), False)]
)
def test_a_target_is_held_against_the_median(target: Target, reached: bool) -> None:
    assert row("x", "ms", [1.0, 2.0, 9.0], target).reached is reached


def test_without_a_target_nothing_is_reached_or_missed() -> None:
    assert row("x", "ms", [1.0]).reached is None


def test_a_ratio_is_to_the_baseline_of_the_same_run() -> None:
    baseline = row("base", "ms", [2.0])
    made = row("x", "ms", [5.0], at_most_times(2)).beside(baseline)
    assert (made.ratio, made.baseline, made.reached) == (2.5, "base", False)


def test_a_target_reads_as_one() -> None:
    assert [str(target) for target in (at_most(0.6), at_least(3500), at_most_times(1.3))] == [
        "≤ 0.6",
        "≥ 3,500",
        "≤ 1.3 times",
    ]


def test_a_row_as_json_says_whether_it_reached_its_target() -> None:
    found = row("x", "ms", [1.0], at_most(2)).as_object()
    assert (found["target"], found["reached"]) == ({"bound": "at most", "value": 2, "of": "p50"}, True)
