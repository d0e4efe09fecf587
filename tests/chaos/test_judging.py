from __future__ import annotations

import pytest

from ifmem.chaos.clients import LATE_S, Asked
from ifmem.chaos.judging import counts_of, judge_askers, reasons, shown
from ifmem.chaos.report import INVARIANTS, Report
from ifmem.processes.asking import GRACE_S

PATIENCE_S = 10.0


def asked(name: str = "q_1", *, digest: str = "one", error: str = "", ended_at: float | None = 1.0) -> Asked:
    return Asked(name, PATIENCE_S, 0.0, ended_at, digest, error)


def broken(one: Asked, on_bus: set[str], archived: dict[str, str], excused: tuple[str, ...] = ()) -> list[str]:
    found = judge_askers([one], {one.id: on_bus}, archived, excused)
    return [name for name, breaches in found.items() if breaches]


def test_an_answer_that_is_the_same_everywhere_breaks_nothing() -> None:
    assert broken(asked(), {"one"}, {"q_1": "one"}) == []


def test_an_asker_who_was_told_why_is_not_lost() -> None:
    assert broken(asked(digest="", error="no answer in time."), set(), {}) == []


def test_an_asker_who_heard_nothing_is_lost_and_late() -> None:
    assert broken(asked(digest="", ended_at=None), set(), {}) == ["lost", "late"]


def test_a_question_that_nobody_waits_for_has_to_be_answered_all_the_same() -> None:
    left = asked(digest="")
    left.left = True
    assert broken(left, set(), {"q_1": "one"}) == []
    assert broken(left, set(), {}) == ["lost"]
    assert broken(left, set(), {}, excused=("q_1",)) == []


def test_an_asker_who_was_told_after_deadline_and_grace_was_kept_waiting() -> None:
    promised = PATIENCE_S + GRACE_S + LATE_S
    assert broken(asked(ended_at=promised - 0.1), {"one"}, {"q_1": "one"}) == []
    assert broken(asked(ended_at=promised + 0.1), {"one"}, {"q_1": "one"}) == ["late"]


@pytest.mark.parametrize(
    ("on_bus", "archived"), [({"one", "two"}, {"q_1": "one"}), ({"one"}, {"q_1": "two"}), (set(), {"q_1": "two"})]
)
def test_two_answers_to_a_question_are_found_wherever_they_stand(on_bus: set[str], archived: dict[str, str]) -> None:
    assert broken(asked(), on_bus, archived) == ["answered_twice"]


def test_an_answer_that_is_not_archived_is_a_difference_unless_it_died_with_the_bus() -> None:
    assert broken(asked(), {"one"}, {}) == ["archive_differs"]
    assert broken(asked(), {"one"}, {}, excused=("q_1",)) == []


def test_counts_and_reasons_are_added_up() -> None:
    everyone = [asked(), asked("q_2", error="busy"), asked("q_3", error="busy"), asked("q_4", error="late")]
    breaches = {"lost": ["q_9"], "orphans": []}
    counts = counts_of(everyone, breaches, 3)
    assert counts == {"asked": 4, "answered": 1, "told": 3, "faults": 3, "lost": 1, "orphans": 0}
    assert reasons(everyone) == {"busy (patience 10 s)": 2, "late (patience 10 s)": 1}
    assert shown(breaches) == {"lost": ["q_9"]}
    assert Report(1, 1.0, (), counts).broken == ["lost"]


def test_a_report_survives_the_way_to_another_process() -> None:
    report = Report(1, 0.5, (), dict.fromkeys(INVARIANTS, 0), {"told": ["1 × busy"]})
    assert Report.from_json(report.to_json()) == report
    assert report.broken == []
