from __future__ import annotations

from pathlib import Path

from ifmem.bench.money import Till, measure_money
from ifmem.bench.scale import FULL
from ifmem.core.plan import Habits
from ifmem.core.prices import MODELS


def test_every_target_is_reached(tmp_path: Path) -> None:
    rows = list(measure_money(tmp_path, FULL))
    assert [one.reached for one in rows if one.target] == [True, True, True]


def test_routed_and_broadcast_asking_stand_beside_the_uncached_baseline(tmp_path: Path) -> None:
    rows = {one.what: one for one in measure_money(tmp_path, FULL)}
    for asked in ("routed", "broadcast to all pages"):
        row = rows[f"6,000 questions a day, {asked}"]
        assert row.baseline in rows and row.unit == "$ a day"
        assert row.ratio is not None and row.ratio < 1.0


def test_the_till_charges_a_lapsed_page_again() -> None:
    till = Till(MODELS["claude-haiku-5-5"])
    bills = []
    for now in (0.0, 299.0, 598.0, 898.0):
        before = till.usd
        till.ask("page", 50_000, now, Habits())
        bills.append(till.usd - before)
    assert [bill > 0.005 for bill in bills] == [True, False, False, True]
