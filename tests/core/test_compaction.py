"""What changed is frozen when that costs less than reading on: nearly at once over a page nobody has cached, late over one that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.compaction import FREEZE, LOOK_BACK, SET_APART, Burden, step_due

BUDGET = 85_000
PAGE = Burden(80_000)
EDITED = replace(PAGE, overlay=10_000, blocks=5)  # what the page has already, in a newer form
GROWN = replace(PAGE, overlay=15_000, blocks=5, new=15_000, growth=15_000)


@pytest.mark.parametrize("cached", [True, False])
def test_nothing_is_due_without_a_change(cached: bool) -> None:
    assert step_due(PAGE, BUDGET, cached=cached) == ""


def test_a_page_in_no_cache_is_frozen_as_soon_as_that_is_worth_a_file() -> None:
    assert step_due(replace(EDITED, overlay=1_000), BUDGET, cached=False) == ""
    assert step_due(replace(EDITED, overlay=2_000), BUDGET, cached=False) == FREEZE
    assert step_due(replace(EDITED, overlay=1_000, blocks=LOOK_BACK + 1), BUDGET, cached=False) == FREEZE


def test_a_cached_page_is_kept_until_what_is_said_twice_costs_more_than_writing_it() -> None:
    assert step_due(replace(EDITED, overlay=18_000), BUDGET, cached=True) == ""
    assert step_due(replace(EDITED, overlay=19_000), BUDGET, cached=True) == FREEZE


def test_new_text_is_no_reason_to_write_a_page_again() -> None:
    """It is read once, behind the page or in another."""
    longer = replace(GROWN, overlay=60_000, new=60_000, growth=60_000)
    assert step_due(longer, BUDGET, cached=True) == ""


def test_a_page_that_would_no_longer_fit_its_model_lets_go_of_what_is_new_behind_it() -> None:
    assert step_due(GROWN, BUDGET, cached=True, most=GROWN.whole) == ""
    assert step_due(GROWN, BUDGET, cached=True, most=GROWN.whole - 1) == SET_APART


def test_a_page_that_would_not_fit_without_it_either_is_frozen_anew() -> None:
    assert step_due(replace(EDITED, overlay=12_000), BUDGET, cached=True, most=91_999) == FREEZE
    little = replace(GROWN, new=2_000, growth=2_000)
    assert step_due(little, BUDGET, cached=True, most=94_999) == FREEZE


def test_a_page_is_read_as_one_until_it_is_twice_as_long_whatever_fits_its_model() -> None:
    twice = replace(GROWN, overlay=90_001, new=90_001, growth=90_001)
    assert step_due(replace(twice, overlay=90_000), BUDGET, cached=True, most=900_000) == ""
    assert step_due(twice, BUDGET, cached=True, most=900_000) == SET_APART
