from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.page_costs import REFRESH, PageCosts
from ifmem.core.prices import MODELS

PAGE = PageCosts(MODELS["claude-haiku-5-5"], "5m", instructions=1_000, page=89_000, question=100, output=400)
ANSWER = (100 * 0.10 + 400 * 0.50) / 1e6


def test_a_cold_question_writes_the_page_and_a_warm_one_reads_it() -> None:
    assert PAGE.cold == pytest.approx(90_000 * 0.125 / 1e6 + ANSWER)
    assert PAGE.warm == pytest.approx(90_000 * 0.01 / 1e6 + ANSWER)
    assert PAGE.uncached == pytest.approx(90_000 * 0.10 / 1e6 + ANSWER)


def test_an_hour_of_life_is_dearer_to_write() -> None:
    assert replace(PAGE, ttl="1h").cold == pytest.approx(90_000 * 0.20 / 1e6 + ANSWER)


def test_warming_is_a_write_without_an_answer() -> None:
    assert PAGE.warming == pytest.approx((90_000 * 0.125 + REFRESH.input * 0.10 + REFRESH.output * 0.50) / 1e6)


def test_a_prompt_over_the_step_costs_the_higher_price_as_a_whole() -> None:
    over = replace(PAGE, page=100_000)
    assert over.uncached == pytest.approx((101_100 * 0.50 + 400 * 2.50) / 1e6)


def test_what_is_too_short_to_be_cached_always_costs_the_same() -> None:
    short = replace(PAGE, instructions=100, page=300)
    assert not short.cacheable
    assert short.cold == short.warm == short.uncached
    assert short.pays_from is None


@pytest.mark.parametrize(("gap_s", "cost"), [(299.0, "warm"), (300.0, "cold"), (9_000.0, "cold")])
def test_a_page_lapses_after_its_life(gap_s: float, cost: str) -> None:
    assert PAGE.next(gap_s, kept_warm=False) == getattr(PAGE, cost)


def test_keeping_it_warm_reads_it_in_between() -> None:
    refresh = (90_000 * 0.01 + REFRESH.input * 0.10 + REFRESH.output * 0.50) / 1e6
    assert PAGE.next(300.0, kept_warm=True) == pytest.approx(PAGE.warm + refresh)
    assert PAGE.next(541.0, kept_warm=True) == pytest.approx(PAGE.warm + 2 * refresh)


def test_it_is_not_kept_warm_where_loading_it_again_is_cheaper() -> None:
    assert PAGE.next(24 * 3600.0, kept_warm=True) == PAGE.cold


def test_a_day_begins_cold() -> None:
    assert PAGE.day(10, 60.0, kept_warm=False) == pytest.approx(PAGE.cold + 9 * PAGE.warm)
    assert PAGE.day(0.5, 60.0, kept_warm=False) == pytest.approx(0.5 * PAGE.cold)


@pytest.mark.parametrize(("ttl", "questions"), [("5m", 2), ("1h", 3)])
def test_the_break_even_is_the_first_number_of_questions_that_costs_less(ttl: str, questions: int) -> None:
    page = replace(PAGE, ttl=ttl)
    assert page.pays_from == questions
    assert page.day(questions, 1.0, kept_warm=False) < questions * page.uncached
    assert page.day(questions - 1, 1.0, kept_warm=False) >= (questions - 1) * page.uncached
