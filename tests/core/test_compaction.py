"""Layers are frozen when that costs less than reading on: nearly at once over a page nobody has cached, late over one that is."""

from __future__ import annotations

from ifmem.core.compaction import LOOK_BACK, is_due

PAGE = 90_000


def test_nothing_is_frozen_anew_without_a_change() -> None:
    assert not is_due(PAGE, 0, 0, cached=False)


def test_a_page_in_no_cache_is_frozen_as_soon_as_that_is_worth_a_file() -> None:
    assert not is_due(PAGE, 1_000, 3, cached=False)
    assert is_due(PAGE, 2_000, 3, cached=False)


def test_a_cached_page_is_kept_until_its_layers_cost_more_than_writing_it() -> None:
    assert not is_due(PAGE, 20_000, 5, cached=True)
    assert is_due(PAGE, 30_000, 5, cached=True)


def test_a_page_that_would_no_longer_fit_its_model_is_frozen_anew_at_any_price() -> None:
    assert not is_due(PAGE, 5_000, 5, cached=True, most=PAGE + 5_000)
    assert is_due(PAGE, 5_001, 5, cached=True, most=PAGE + 5_000)


def test_layers_that_the_vendor_finds_no_more_in_its_cache_count_as_written_each_time() -> None:
    assert not is_due(PAGE, 3_000, LOOK_BACK, cached=True)
    assert is_due(PAGE, 3_000, LOOK_BACK + 1, cached=True)
