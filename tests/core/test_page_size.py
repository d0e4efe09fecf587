from __future__ import annotations

import pytest

from ifmem.core.page_size import LEAST, Room, densest, page_budget, page_limit
from ifmem.core.prices import MODELS

ROOM = Room(instructions=1_100)
BESIDE = ROOM.instructions + ROOM.question + ROOM.overlay


def test_a_page_leaves_room_under_the_price_step() -> None:
    assert page_limit(MODELS["claude-haiku-5-5"], ROOM) == 100_000 - BESIDE


def test_a_flat_price_leaves_the_window() -> None:
    assert page_limit(MODELS["claude-haiku-4-5"], ROOM) == 200_000 - ROOM.output - BESIDE


def test_what_the_vendor_says_of_the_window_counts_where_it_is_narrower() -> None:
    haiku = MODELS["claude-haiku-5-5"]
    assert page_limit(haiku, ROOM, 50_000) == 50_000 - ROOM.output - BESIDE
    assert page_limit(haiku, ROOM, 2_000_000) == page_limit(haiku, ROOM)


def test_an_unknown_model_is_taken_to_have_a_small_window() -> None:
    assert page_limit(None, ROOM) == 32_000 - ROOM.output - BESIDE
    assert page_limit(None, ROOM, 128_000) == 128_000 - ROOM.output - BESIDE


def test_no_window_is_so_small_that_nothing_fits() -> None:
    assert page_limit(None, ROOM, 4_096) == LEAST
    assert page_budget(LEAST, 90_000) == LEAST


def test_an_estimate_is_trusted_less_than_a_measured_ratio() -> None:
    assert page_budget(93_900, 95_000) == 84_510 < page_budget(93_900, 95_000, ratio=1.0)


def test_the_setting_is_the_upper_limit() -> None:
    assert page_budget(900_000, 90_000) == page_budget(93_900, 90_000, ratio=0.7) == 90_000


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.3, 2.5])
def test_pages_cut_by_a_measured_ratio_count_less_than_the_limit(ratio: float) -> None:
    assert page_budget(93_900, 10**6, ratio) * ratio < 93_900


def test_the_densest_page_decides() -> None:
    assert densest([(100, 110), (0, 5), (10, 14)]) == 1.4
    assert densest([]) == 1.0
