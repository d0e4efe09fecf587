from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ifmem.core.queries import Query
from ifmem.stores.deadlines import as_of_now, stamped, this_boot

HOUR_S = 3600.0
QUERY = Query("q_1", "why?", deadline=time.time() + 60)


@pytest.mark.skipif(not this_boot(), reason="this system does not name its boots")
def test_a_clock_that_is_set_after_a_question_was_put_changes_nothing() -> None:
    put = stamped(QUERY)
    for stepped in (replace(put, deadline=put.deadline - HOUR_S), replace(put, deadline=put.deadline + HOUR_S)):
        assert as_of_now(stepped).deadline == pytest.approx(QUERY.deadline, abs=1.0)


@pytest.mark.skipif(not this_boot(), reason="this system does not name its boots")
def test_while_no_clock_is_set_the_question_stays_as_it_is() -> None:
    put = stamped(QUERY)
    assert as_of_now(put) is put


def test_between_machines_the_wall_clock_counts() -> None:
    elsewhere = replace(QUERY, boot="another", due=5.0)
    assert as_of_now(elsewhere) == elsewhere


def test_a_question_that_is_put_again_keeps_the_deadline_it_had() -> None:
    put = stamped(QUERY)
    assert stamped(replace(put, deadline=put.deadline + HOUR_S)).due == put.due


def test_a_question_without_a_deadline_gets_none() -> None:
    assert stamped(Query("q_1", "why?")) == Query("q_1", "why?")
