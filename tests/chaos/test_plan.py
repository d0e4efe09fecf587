from __future__ import annotations

from itertools import islice

import pytest

from ifmem.chaos.faults import FAULTS, chosen
from ifmem.chaos.plan import Plan, Planned, schedule
from ifmem.errors import Exit, IfmemError

TARGETS = {"kill": ("docs", "code"), "stop": ("docs",), "empty": ("bus",)}
WEIGHTS = {"kill": 8, "stop": 1, "empty": 1}


def planned(seed: int, count: int = 200) -> list[Planned]:
    return list(islice(schedule(seed, TARGETS, WEIGHTS), count))


def test_a_seed_gives_the_same_faults_in_the_same_order() -> None:
    assert planned(7) == planned(7)
    assert planned(7) != planned(8)


def test_every_fault_comes_once_before_any_comes_again() -> None:
    assert {one.fault for one in planned(1, 3)} == set(TARGETS)


def test_faults_come_by_weight_and_hit_what_they_can_hit() -> None:
    faults = [one.fault for one in planned(1)]
    assert faults.count("kill") > faults.count("stop") + faults.count("empty")
    assert all(one.target in TARGETS[one.fault] for one in planned(1))
    assert {one.target for one in planned(1) if one.fault == "kill"} == {"docs", "code"}


@pytest.mark.parametrize(("minutes", "outage_s"), [(0.1, 2.0), (1.0, 3.0), (10.0, 30.0), (60.0, 30.0)])
def test_the_bus_is_away_for_half_a_minute_in_a_long_run(minutes: float, outage_s: float) -> None:
    assert Plan(minutes=minutes).outage_s == outage_s


def test_a_plan_survives_the_way_to_another_process() -> None:
    plan = Plan(3, 0.5, ("kill-bus",), 4)
    assert Plan.from_json(plan.to_json()) == plan


def test_no_name_means_all_and_an_unknown_one_is_refused() -> None:
    assert chosen(()) == FAULTS
    with pytest.raises(IfmemError, match="no fault 'kil-bus'") as refused:
        chosen(("kill-bus", "kil-bus"))
    assert refused.value.exit_code == Exit.USAGE
    assert "kill-bus" in refused.value.fix
