from __future__ import annotations

import pytest

from ifmem.core.budget import NANO, Limits, Refusal, Standing, dollars, nano, window_of

NOON = 1_795_262_400 + 123  # 2026-11-21 12:02:03 UTC
LIMITS = Limits.of(5.0, 2.0, 0.5)


@pytest.mark.parametrize(
    ("usd", "expected"),
    [(5.0, 5 * NANO), (0.01, 10_000_000), (1e-9, 1), (1.1e-9, 2), (1e-12, 1), (0.0, 0), (0.1 + 0.2, 300_000_001)],
)
def test_what_is_set_aside_is_never_less_than_the_cost(usd: float, expected: int) -> None:
    assert nano(usd) == expected


def test_a_limit_is_never_more_than_what_was_set() -> None:
    assert Limits.of(5.0, 0.0000000019, 0.01) == Limits(5 * NANO, 1, 10_000_000)


def test_a_day_and_an_hour_begin_in_utc() -> None:
    assert window_of(NOON, "hour") == NOON - 123
    assert window_of(NOON, "day") == NOON - 123 - 12 * 3600


@pytest.mark.parametrize(("amount", "shown"), [(0, "$0.00"), (4_980_000_000, "$4.98"), (4_200_000, "$0.0042")])
def test_amounts_are_shown_so_that_small_ones_can_be_seen(amount: int, shown: str) -> None:
    assert dollars(amount) == shown


def test_a_refusal_says_what_is_spent_what_was_wanted_and_until_when() -> None:
    what, why, fix = Refusal("day", nano(4.98), nano(0.04), NOON).explained(LIMITS)
    assert what == "the daily budget does not cover this call."
    assert why == "$4.98 of $5.00 are spent or set aside, and this call may cost up to $0.04"
    assert fix == "Raise budget_day_usd in ifmem.toml, then: ifmem down; ifmem up    Or wait until 00:00 UTC"


def test_an_hour_is_waited_for_until_it_ends() -> None:
    assert Refusal("hour", nano(1.99), nano(0.04), NOON).explained(LIMITS)[2].endswith("Or wait until 13:00 UTC")


@pytest.mark.parametrize("refusal", [Refusal("day", 0, nano(6.0), NOON), Refusal("question", 0, nano(0.6), NOON)])
def test_waiting_is_not_advised_where_it_does_not_help(refusal: Refusal) -> None:
    assert "wait" not in refusal.explained(LIMITS)[2]


def test_status_tells_of_a_limit_only_once_it_is_reached() -> None:
    assert Standing(NOON, nano(1.0), nano(0.5)).to_status(LIMITS)["note"] == ""
    reached = Standing(NOON, nano(4.98), nano(0.5), nano(0.1), "day").to_status(LIMITS)
    assert reached["note"] == (
        "the daily budget did not cover the last call ($4.98 of $5.00 spent or set aside): answers are extractive until 00:00 UTC"
    )
    assert (reached["day_usd"], reached["spent_hour_usd"], reached["unsettled_usd"]) == (5.0, 0.5, 0.1)
