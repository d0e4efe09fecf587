"""What runs of a test suite say together."""

from __future__ import annotations

import pytest

from ifmem.core.run_history import FAILED, PASSED, SKIPPED, Outcome, Run, report, summary

MONDAY = 1_794_816_000.0  # 2026-11-16 08:00 UTC
DAY = 86_400.0


def runs(**outcomes: str) -> list[Run]:
    """A run a day from Monday on: for each test a letter a day, `p`, `f` or `s`, `.` where it was not run."""
    words = {"p": PASSED, "f": FAILED, "s": SKIPPED}
    days = max(map(len, outcomes.values()))
    return [
        Run(
            MONDAY + day * DAY,
            0,
            tuple(
                Outcome(name, words[row[day]], "AssertionError: no" if row[day] == "f" else "")
                for name, row in outcomes.items()
                if row[day : day + 1] not in ("", ".")
            ),
        )
        for day in range(days)
    ]


def section(text: str, title: str) -> list[str]:
    return [line for line in text.partition(f"## {title}\n\n")[2].partition("\n\n")[0].splitlines() if line]


@pytest.mark.parametrize(
    ("row", "title", "told"),
    [
        (
            "pfpf",
            "Flaky tests",
            "- gate is flaky: changed 3 times, 2 passed, 2 failed, last failed Thursday, 2026-11-19 08:00 UTC",
        ),
        (
            "pfsp",
            "Flaky tests",
            "- gate is flaky: changed 2 times, 2 passed, 1 failed, last failed Tuesday, 2026-11-17 08:00 UTC",
        ),
        ("ppff", "Failing tests", "- gate fails since Wednesday, 2026-11-18 08:00 UTC: AssertionError: no"),
        ("ffff", "Failing tests", "- gate fails since Monday, 2026-11-16 08:00 UTC: AssertionError: no"),
        ("ffpp", "Mended tests", "- gate passes again since Wednesday, 2026-11-18 08:00 UTC"),
    ],
)
def test_a_test_is_told_by_how_it_changed(row: str, title: str, told: str) -> None:
    assert section(summary("make test", runs(gate=row, crane="pppp"), 50), title) == [told]


@pytest.mark.parametrize("row", ["ppff", "ffpp", "ffff", "pppp"])
def test_a_test_that_changed_once_or_never_is_not_flaky(row: str) -> None:
    assert section(summary("make test", runs(gate=row), 50), "Flaky tests") == ["No test: none of the 1 tests."]


def test_a_quiet_suite_says_that_no_test_is_flaky() -> None:
    told = summary("make test", runs(gate="pp", crane="ps"), 50)
    for title in ("Flaky tests", "Failing tests", "Mended tests"):
        assert section(told, title) == ["No test: none of the 2 tests."]


def test_what_failed_is_listed_with_its_day_the_newest_first() -> None:
    told = section(summary("make test", runs(gate="fpf"), 50), "What failed, by run, the newest first")
    assert told == [
        "Wednesday, 2026-11-18 08:00 UTC: 1 failed",
        "- failed on Wednesday, 2026-11-18 08:00 UTC: gate: AssertionError: no",
        "Tuesday, 2026-11-17 08:00 UTC: 0 failed, 1 passed",
        "Monday, 2026-11-16 08:00 UTC: 1 failed",
        "- failed on Monday, 2026-11-16 08:00 UTC: gate: AssertionError: no",
    ]


def test_what_failed_since_each_day_of_the_week_is_summed_up_also_for_days_without_a_run() -> None:
    told = section(summary("make test", runs(gate="pfp", crane="ppf"), 50), "What failed since when")
    assert told == [
        "- since Wednesday, 2026-11-18: 1 of 1 runs failed; failed: crane",
        "- since Tuesday, 2026-11-17: 2 of 2 runs failed; failed: gate, crane",
        "- since Monday, 2026-11-16: 2 of 3 runs failed; failed: gate, crane",
        "- since Sunday, 2026-11-15: 2 of 3 runs failed; failed: gate, crane",
        "- since Saturday, 2026-11-14: 2 of 3 runs failed; failed: gate, crane",
        "- since Friday, 2026-11-13: 2 of 3 runs failed; failed: gate, crane",
        "- since Thursday, 2026-11-12: 2 of 3 runs failed; failed: gate, crane",
    ]


def test_many_failures_are_counted_there_and_named_below() -> None:
    told = summary("make test", runs(**{f"test_{number:02}": "f" for number in range(30)}), 50)
    assert "failed: 30 tests, which are listed by run below" in section(told, "What failed since when")[0]
    assert sum(line.startswith("- failed on ") for line in told.splitlines()) == 30


def test_runs_without_single_tests_are_told_by_their_exit_codes() -> None:
    told = summary("make test", [Run(MONDAY, 0), Run(MONDAY + DAY, 2), Run(MONDAY + 2 * DAY, None)], 3)
    assert "Last run, Wednesday, 2026-11-18 08:00 UTC: stopped before it was done." in told
    assert "Tuesday, 2026-11-17 08:00 UTC: failed with exit code 2\n" in told
    assert "Flaky" not in told


def test_a_report_has_the_failures_and_the_end_of_the_output() -> None:
    (run,) = runs(gate="f", crane="p")
    told = report("make test", Run(run.at, 1, run.outcomes, "…\n1 failed in 2 s\n"))
    assert told.splitlines()[2:] == [
        "1 failed, 1 passed.",
        "- failed: gate: AssertionError: no",
        "",
        "Output:",
        "",
        "…",
        "1 failed in 2 s",
    ]


def test_a_run_is_read_back_from_json() -> None:
    (run,) = runs(gate="f", crane="s")
    assert Run.from_json(run.to_json()) == run
