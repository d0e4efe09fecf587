from __future__ import annotations

import pytest

from ifmem.core.prices import MODELS
from ifmem.core.warmth_terms import LONG, SHORT, Terms, terms_of

TERMS = Terms()


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [(0, 0, 0), (299.9, 0, 0), (300, 1, 0), (3_300, 11, 0), (3_599, 11, 0), (3_600, 12, 1), (36_000, 12, 10)],
)
def test_a_gap_needs_a_refresh_for_each_life_that_has_passed(seconds: float, short: int, long: int) -> None:
    gap = TERMS.gaps[TERMS.gap(seconds)]
    assert (gap.needs(SHORT), gap.needs(LONG)) == (short, long)


def test_gaps_past_every_break_even_are_alike() -> None:
    assert TERMS.gap(20 * 3_600) == TERMS.gap(1e9) == len(TERMS.gaps) - 1


def test_classes_are_in_order_and_no_two_are_alike() -> None:
    needs = [(gap.short, gap.long) for gap in TERMS.gaps]
    assert needs == sorted(set(needs))


def test_refreshing_breaks_even_where_it_costs_what_writing_costs() -> None:
    assert TERMS.break_even(SHORT) * TERMS.refresh <= TERMS.write_short - TERMS.read
    assert (TERMS.break_even(SHORT) + 1) * TERMS.refresh > TERMS.write_short - TERMS.read


def test_terms_follow_the_price_list_and_its_step() -> None:
    haiku = MODELS["claude-haiku-5-5"]
    below, above = terms_of(haiku, 95_000), terms_of(haiku, 200_000)
    assert (below.read, below.write_short, below.write_long) == pytest.approx((0.1, 1.25, 2.0))
    assert (above.read, above.write_short, above.write_long) == pytest.approx((0.1, 1.25, 2.0))
    assert terms_of(MODELS["claude-sonnet-5-5"], 95_000).read == pytest.approx(0.05)


def test_a_refresh_costs_more_than_a_read_and_relatively_more_for_a_small_page() -> None:
    haiku = MODELS["claude-haiku-5-5"]
    large, small = terms_of(haiku, 95_000), terms_of(haiku, 5_000)
    assert large.read < large.refresh < small.refresh
