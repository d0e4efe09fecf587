from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ifmem.core.cache_rent import Asked, RentTerms, after, is_due, pays
from ifmem.core.findings import Usage
from ifmem.core.prices_elsewhere import DEEPSEEK, GOOGLE, rent_elsewhere

TERMS = RentTerms(full=1.0, read=0.1, storage=1.8, minimum=4096)  # a reading saved is half an hour's rent
PAGE = 90_000
LIFE_S = 1800.0
IN_FULL, FROM_CACHE = Usage(input=PAGE), Usage(input=50, cache_read=PAGE)


def told(*asked: tuple[float, Usage]) -> Asked:
    """What is known after these questions, each with its time and what it was read from."""
    known = Asked()
    for at, usage in asked:
        known = after(TERMS, known, PAGE, usage, at)
    return known


def test_a_prompt_is_kept_until_the_rent_has_come_to_one_reading() -> None:
    assert TERMS.life_s == pytest.approx(LIFE_S)
    assert TERMS.rent_usd(PAGE, TERMS.life_s) == pytest.approx(PAGE * (TERMS.full - TERMS.read) / 1e6)


def test_no_prompt_is_kept_for_longer_than_an_hour_or_if_nothing_is_saved() -> None:
    assert RentTerms(1.0, 0.1, 0.0, 1).life_s == RentTerms(1.0, 0.1, 0.01, 1).life_s == 3600.0
    assert RentTerms(0.1, 1.0, 0.5, 1).life_s == 0.0


def test_it_costs_a_reading_and_the_first_rent_to_make_one() -> None:
    assert TERMS.making_usd(PAGE) == pytest.approx(PAGE * (TERMS.full + 1.8 / 2) / 1e6)


@pytest.mark.parametrize(
    ("asked", "now", "expected"),
    [
        ((), 0.0, False),
        (((0.0, IN_FULL),), 60.0, False),  # the first reading is no failure of the free cache
        (((0.0, IN_FULL), (60.0, FROM_CACHE)), 120.0, False),  # it works
        (((0.0, IN_FULL), (60.0, IN_FULL)), 120.0, True),
        (((0.0, IN_FULL), (60.0, Usage(PAGE - 2_000, 0, 2_000))), 120.0, True),  # of most of it, it has nothing
        (((0.0, IN_FULL), (60.0, IN_FULL)), 60.0 + LIFE_S, False),  # too seldom
        (((0.0, IN_FULL), (LIFE_S, IN_FULL)), LIFE_S + 60.0, False),
    ],
)
def test_one_is_made_only_where_the_free_cache_failed_and_the_prompt_is_asked_often(
    asked: tuple[tuple[float, Usage], ...], now: float, expected: bool
) -> None:
    assert pays(TERMS, told(*asked), PAGE, now) is expected


def test_a_prompt_that_is_too_small_to_be_kept_is_not() -> None:
    assert not pays(TERMS, told((0.0, IN_FULL), (60.0, IN_FULL)), TERMS.minimum - 1, 120.0)


@pytest.mark.parametrize(("left_s", "due"), [(LIFE_S, False), (LIFE_S / 2, False), (LIFE_S / 2 - 1, True)])
def test_one_that_is_asked_is_renewed_in_the_second_half_of_its_life(left_s: float, due: bool) -> None:
    assert is_due(TERMS, 1_000.0 + left_s, 1_000.0) is due


@pytest.mark.parametrize(("year", "storage"), [(2026, 0.50), (2027, 1.00)])
def test_the_rent_of_a_known_model_doubles_with_its_price(year: int, storage: float) -> None:
    terms = rent_elsewhere(GOOGLE, "gemini-3.8-flash", datetime(year, 6, 1, tzinfo=UTC))
    assert terms is not None
    assert (terms.storage, terms.read * 10) == (storage, terms.full)


@pytest.mark.parametrize(
    ("host", "model"), [(GOOGLE, "gemini-3.5-flash-lite"), (DEEPSEEK, "deepseek-flash"), ("127.0.0.1", "x")]
)
def test_where_no_rent_is_known_there_are_no_terms(host: str, model: str) -> None:
    assert rent_elsewhere(host, model, datetime(2026, 11, 21, tzinfo=UTC)) is None
