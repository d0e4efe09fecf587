from __future__ import annotations

from typing import Any

from ifmem.core.budget import NANO
from ifmem.core.costs import BASELINE, Batch, report
from ifmem.core.findings import Usage

USAGE = Usage(100, 200, 3_000, 40)
CLASSES = Usage(NANO, 2 * NANO, 3 * NANO, 4 * NANO)


def batch(day: str = "2026-11-21", process: str = "docs", purpose: str = "answer", **more: Any) -> Batch:
    known = {"model": "m", "calls": 2, "measured": 2, "priced": 2, "usage": USAGE, "by_class": CLASSES}
    sums = {"cost": 10 * NANO, "charged": 10 * NANO, "uncached": 100 * NANO}
    return Batch(day, process, purpose, **{**known, **sums, **more})


UNKNOWN = batch(measured=0, priced=0, usage=Usage(), cost=0, by_class=Usage(), charged=7 * NANO, uncached=0)


def test_every_way_to_add_up_has_the_same_sum() -> None:
    told = report([batch(), batch("2026-11-20", "code"), batch(process="code", purpose="refresh", model="n")], 30, 5)
    assert told.total.calls == 6 and told.total.cost_usd == 30.0
    for lines in (told.by_day, told.by_shard, told.by_purpose, told.by_model):
        assert sum(line.cost_usd or 0 for line in lines) == 30.0
        assert sum(line.usage.cache_read for line in lines if line.usage) == 9_000
    assert sum(one.cost_usd or 0 for one in told.by_class) == 30.0
    assert [one.tokens for one in told.by_class] == [300, 600, 9_000, 120]


def test_groups_are_named_and_in_order() -> None:
    told = report([batch("2026-11-21", "docs"), batch("2026-11-20", "code")], 30, 5)
    assert [line.name for line in told.by_day] == ["2026-11-20", "2026-11-21"]
    assert [line.name for line in told.by_shard] == ["code", "docs"]


def test_what_was_not_measured_is_blank_and_no_zero() -> None:
    total = report([UNKNOWN], 30, 5).total
    assert (total.calls, total.unmeasured, total.unpriced, total.usage, total.cost_usd) == (2, 2, 2, None, None)
    assert {(one.tokens, one.cost_usd) for one in report([UNKNOWN], 30, 5).by_class} == {(None, None)}


def test_what_was_measured_stands_beside_what_was_not() -> None:
    total = report([batch(), UNKNOWN], 30, 5).total
    assert (total.calls, total.unmeasured, total.usage, total.cost_usd) == (4, 2, USAGE, 10.0)


def test_costs_that_cannot_be_shared_out_to_classes_leave_the_classes_blank() -> None:
    told = report([batch(), batch(by_class=Usage())], 30, 5)
    assert {one.cost_usd for one in told.by_class} == {None}
    assert told.by_class[0].tokens == 200


def test_the_saving_counts_what_keeps_the_cache_and_what_is_not_known_as_paid() -> None:
    saving = report([batch(), batch(purpose="refresh", uncached=0), UNKNOWN], 30, 5).saving
    assert saving is not None
    assert (saving.baseline, saving.baseline_usd, saving.paid_usd, saving.saved_usd) == (BASELINE, 100.0, 27.0, 73.0)


def test_no_saving_is_told_where_nothing_was_measured() -> None:
    assert report([UNKNOWN], 30, 5).saving is None
    assert report([], 30, None).saving is None
