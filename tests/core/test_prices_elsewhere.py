from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ifmem.core.prices_elsewhere import DEEPSEEK, GOOGLE, rates_elsewhere


@pytest.mark.parametrize(
    ("when", "fresh"),
    [
        (datetime(2026, 11, 20, 0, 59, tzinfo=UTC), 0.15),  # a Friday
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), 0.30),
        (datetime(2026, 11, 20, 4, 0, tzinfo=UTC), 0.15),
        (datetime(2026, 11, 20, 9, 59, tzinfo=UTC), 0.30),
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), 0.15),
        (datetime(2026, 11, 21, 2, 0, tzinfo=UTC), 0.15),
    ],
)
def test_deepseek_costs_twice_as_much_in_its_peak_hours(when: datetime, fresh: float) -> None:
    rates = rates_elsewhere(DEEPSEEK, "deepseek-flash", when)
    assert rates is not None
    assert rates.input == fresh
    assert rates.output == fresh * 4
    assert rates.read == fresh / 50


@pytest.mark.parametrize(("year", "fresh"), [(2026, 0.75), (2027, 1.50)])
def test_an_offer_ends_with_the_year(year: int, fresh: float) -> None:
    rates = rates_elsewhere(GOOGLE, "gemini-3.8-flash", datetime(year, 6, 1, tzinfo=UTC))
    assert rates is not None
    assert rates.input == fresh


@pytest.mark.parametrize(("host", "model"), [("localhost", "deepseek-flash"), (GOOGLE, "gemini-0"), ("", "")])
def test_what_is_not_in_the_table_has_no_price(host: str, model: str) -> None:
    assert rates_elsewhere(host, model, datetime(2026, 11, 21, tzinfo=UTC)) is None
