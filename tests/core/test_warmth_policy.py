from __future__ import annotations

import itertools
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifmem.core.traces import TRACES
from ifmem.core.warmth_costs import always_cost, clairvoyant_cost, never_cost, policy_cost
from ifmem.core.warmth_policy import COLD, WARM, PageWarmth, asked, lapsed, refreshed
from ifmem.core.warmth_terms import LONG, SHORT, Terms

TERMS = Terms()
DRAWS = 24
GAPS = [1.0, 240.0, 299.0, 301.0, 650.0, 1_800.0, 3_301.0, 3_599.0, 3_601.0, 7_201.0, 20_000.0, 40_000.0, 80_000.0]


def drawn_costs(times: tuple[float, ...], draws: int) -> list[float]:
    return [policy_cost(TERMS, times, random.Random(seed)) for seed in range(draws)]


def mean_cost(times: tuple[float, ...], draws: int) -> float:
    return statistics.fmean(drawn_costs(times, draws))


def at(gaps: list[float]) -> tuple[float, ...]:
    return (0.0, *itertools.accumulate(gaps))


@pytest.mark.parametrize("name", TRACES)
def test_never_costs_more_than_twice_what_knowing_the_questions_would(name: str) -> None:
    times = TRACES[name](1)
    assert mean_cost(times, 2) <= 2 * clairvoyant_cost(TERMS, times)


@pytest.mark.parametrize("name", ["steady", "office hours"])
@pytest.mark.parametrize("seed", range(2, 5))
def test_is_close_to_knowing_them_where_people_have_habits(name: str, seed: int) -> None:
    times = TRACES[name](seed)
    assert mean_cost(times, 1) <= 1.15 * clairvoyant_cost(TERMS, times)


@pytest.mark.parametrize("gap_s", [60.0, 400.0, 1_200.0, 3_500.0, 4_000.0, 9_000.0, 20_000.0])
def test_is_close_to_knowing_them_whatever_the_pace(gap_s: float) -> None:
    times = at([gap_s] * 300)
    assert mean_cost(times, 2) <= 1.15 * clairvoyant_cost(TERMS, times)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(GAPS), max_size=20), st.integers(1, 4))
def test_costs_at_most_twice_the_optimum_on_any_trace(gaps: list[float], times: int) -> None:
    """On average over its draws, which are few: the mean of all is within four standard errors of theirs. Repeated, since what is learnt
    from a pattern is what breaking it turns against us."""
    trace = at(gaps * times)
    costs = drawn_costs(trace, DRAWS)
    error = statistics.stdev(costs) / DRAWS**0.5
    assert statistics.fmean(costs) - 4 * error <= 2 * clairvoyant_cost(TERMS, trace)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(GAPS), st.floats(1, 200_000)), max_size=40))
def test_nobody_beats_the_clairvoyant(gaps: list[float]) -> None:
    trace = at(gaps)
    best = clairvoyant_cost(TERMS, trace) - 1e-9
    assert best <= min(never_cost(TERMS, trace), always_cost(TERMS, trace), policy_cost(TERMS, trace, random.Random(0)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(GAPS), max_size=30), st.randoms(use_true_random=False))
def test_never_refreshes_past_break_even_nor_a_page_that_is_asked_in_time(
    gaps: list[float], dice: random.Random
) -> None:
    page, now = PageWarmth(), 0.0
    for gap in [0.0, *gaps]:
        now += gap
        page = asked(TERMS, page, now, dice.random())
        assert page.left <= TERMS.break_even(page.life)
        assert page.refresh_at is None or page.refresh_at == now + TERMS.lives_s[page.life]


def test_a_page_that_nobody_asked_is_cold() -> None:
    assert (PageWarmth().state(0.0), PageWarmth().refresh_at) == (COLD, None)


def test_a_question_warms_a_page_for_its_life() -> None:
    page = asked(TERMS, PageWarmth(), 100.0, 0.5)
    life = TERMS.lives_s[page.life]
    assert (page.state(100.0 + life - 1), page.state(100.0 + life)) == (WARM, COLD)


def test_a_refresh_prolongs_it_and_uses_up_one() -> None:
    page = asked(TERMS, after([301.0] * 30), 31 * 301.0, 0.5)
    renewed = refreshed(TERMS, page, page.warm_until)
    assert (renewed.left, renewed.warm_until) == (page.left - 1, page.warm_until + TERMS.lives_s[page.life])


def test_a_page_that_the_vendor_has_lost_is_let_go() -> None:
    page = lapsed(after([301.0] * 30))
    assert (page.state(30 * 301.0), page.refresh_at) == (COLD, None)


def test_learns_to_buy_the_longer_life_for_gaps_between_the_two() -> None:
    assert after([1_500.0] * 30).life == LONG


def test_learns_not_to_refresh_what_is_asked_once_a_day() -> None:
    assert after([86_400.0] * 30).left == 0
    assert after([86_400.0] * 30).life == SHORT


def test_the_same_draws_make_the_same_choices() -> None:
    assert after([3_601.0, 20.0, 40_000.0] * 5) == after([3_601.0, 20.0, 40_000.0] * 5)


def after(gaps: list[float]) -> PageWarmth:
    """A page that was asked with these gaps, and refreshed in them as it wanted."""
    page, dice = PageWarmth(), random.Random(7)
    for now in at(gaps):
        while (due := page.refresh_at) is not None and due <= now:
            page = refreshed(TERMS, page, due)
        page = asked(TERMS, page, now, dice.random())
    return page
