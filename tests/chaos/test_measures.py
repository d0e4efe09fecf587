from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ifmem.chaos.clients import Asked
from ifmem.chaos.measures import Measured, measure, unexplained
from ifmem.chaos.scene import BUS, Injected

LIFE = ("docs", 3)


def event(kind: str, at: float, incarnation: int = 3, pid: int = 30, name: str = "docs") -> dict[str, Any]:
    return {"kind": kind, "at": at, "name": name, "incarnation": incarnation, "pid": pid, "text": f"{name} {kind}"}


def answered(ended_at: float, error: str = "") -> Asked:
    return Asked("q_1", 10.0, 0.0, ended_at, "digest", error)


def marked(folder: Path, verb: str, pid: int = 30) -> Injected:
    marks = folder / verb
    marks.write_text(json.dumps({"at": 100.0, "pid": pid, "verb": verb}) + "\n")
    return Injected(verb, "docs", 90.0, marks=marks)


def test_a_kill_is_noticed_with_the_death_and_made_good_with_the_successor() -> None:
    events = [event("died", 100.02), event("ready", 100.07, incarnation=4), event("ready", 200.0, incarnation=5)]
    found = measure(Injected("kill", "docs", 100.0, (LIFE,)), events, [])
    assert (round(found.noticed_ms or 0), round(found.ready_ms or 0)) == (20, 70)


def test_the_death_of_everyone_is_made_good_with_the_last() -> None:
    events = [event("died", 101.0), event("died", 102.0, name="code")]
    events += [event("ready", 103.0, incarnation=4), event("ready", 104.0, incarnation=4, name="code")]
    injected = Injected("kill", "spawner", 100.0, (LIFE, ("code", 3)), everyone=True)
    assert measure(injected, events, []) == Measured(1000.0, 4000.0)


def test_what_the_archive_does_not_tell_is_not_guessed() -> None:
    assert measure(Injected("kill", "docs", 100.0, (LIFE,)), [event("died", 99.0)], []) == Measured()


def test_the_bus_is_back_when_the_supervisor_says_so() -> None:
    events = [event("bus", at, name=BUS) for at in (50.0, 50.1, 100.5, 101.0)]
    assert measure(Injected("kill", BUS, 100.0), events, []) == Measured(500.0, 1000.0)


def test_an_outage_is_over_with_the_next_answer() -> None:
    injected = Injected("silence", BUS, 100.0, healed_at=50.0)
    asked = [answered(49.0), answered(50.5, error="told"), answered(51.0), answered(52.0)]
    assert measure(injected, [], asked) == Measured(None, 1000.0)


def test_what_a_provider_did_counts_from_its_mark(tmp_path: Path) -> None:
    events = [event("completed", 100.5), event("ready", 101.0, incarnation=4)]
    assert measure(marked(tmp_path, "leave"), events, []) == Measured(500.0, 1000.0)


def test_a_death_that_was_caused_is_explained(tmp_path: Path) -> None:
    events = [event("died", 100.1), event("died", 100.2, 4, pid=40), event("died", 100.3, 7, pid=70, name="code")]
    injected = [Injected("kill", "docs", 100.0, (LIFE,)), marked(tmp_path, "poison", pid=40)]
    assert unexplained(injected, events) == ["code died (incarnation 7)"]
    assert unexplained([*injected, Injected("kill", "spawner", 100.0, everyone=True)], events) == []


def test_a_provider_that_is_only_slow_is_no_reason_to_die(tmp_path: Path) -> None:
    assert unexplained([marked(tmp_path, "slow")], [event("died", 100.5)]) == ["docs died (incarnation 3)"]


def test_deaths_long_after_the_spawner_s_are_not_explained_by_it() -> None:
    injected = [Injected("kill", "spawner", 100.0, everyone=True)]
    assert unexplained(injected, [event("died", 160.0)]) == ["docs died (incarnation 3)"]
