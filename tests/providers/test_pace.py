from __future__ import annotations

import pytest

from ifmem.providers.pace import PREFIX, Pace

HEADERS = {f"{PREFIX}-limit": "1000", f"{PREFIX}-remaining": "400", f"{PREFIX}-reset": "2026-11-21T12:00:36Z"}
PACE = Pace().heard(HEADERS, now=100.0)


@pytest.mark.parametrize(
    ("tokens", "now", "wait_s"),
    [(400, 100, 0), (700, 100, 18), (1_000, 100, 36), (5_000, 100, 36), (700, 112, 6), (1_000, 136, 0), (700, 900, 0)],
)
def test_waits_until_the_limit_has_refilled(tokens: int, now: float, wait_s: float) -> None:
    assert PACE.wait_s(tokens, now) == pytest.approx(wait_s)


def test_what_was_sent_counts_before_the_vendor_says_so() -> None:
    assert PACE.sent(400, 100.0).wait_s(300, 100.0) == pytest.approx(18.0)
    assert PACE.sent(1_000, 200.0).wait_s(500, 200.0) == pytest.approx(30.0)


def test_nothing_known_is_no_pause() -> None:
    assert Pace().sent(10**9, 0.0).wait_s(10**9, 0.0) == 0.0


@pytest.mark.parametrize("wrong", ["", "soon", "0"])
def test_headers_that_make_no_sense_change_nothing(wrong: str) -> None:
    assert PACE.heard({**HEADERS, f"{PREFIX}-limit": wrong}, now=500.0) == PACE
    assert PACE.heard({}, now=500.0) == PACE
