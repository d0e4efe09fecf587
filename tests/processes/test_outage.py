from __future__ import annotations

from ifmem.processes.outage import WORTH_TELLING_S, Outage


def test_an_outage_that_lasts_is_told_with_its_age() -> None:
    outage = Outage()
    outage.began(100.0)
    outage.began(103.0)
    assert outage.words(112.0) == "the bus has been out of reach for 12 s"


def test_of_outages_that_are_over_the_longest_is_told() -> None:
    outage = Outage()
    for began, ended in ((100.0, 109.0), (110.0, 112.0)):
        outage.began(began)
        outage.ended(ended)
    assert outage.words(200.0) == "the bus was out of reach for 9 s"


def test_a_moment_is_not_worth_telling() -> None:
    outage = Outage()
    outage.began(100.0)
    outage.ended(100.0 + WORTH_TELLING_S / 2)
    assert outage.words(200.0) == ""
