"""Runs of a test suite told as text: which tests fail now, which are flaky, what failed on which day. Pure.

A test is flaky if its outcome changed more than once over the kept runs. One that changed once has been broken, or mended, since then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from ifmem.core.keys import DAY_S
from ifmem.core.notes import moment
from ifmem.core.record import Record

NAMED_AT_MOST = 20
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Outcome(Record):
    """What became of one test: `passed`, `failed` (an error is a failure) or `skipped`, with the first line of what it said."""

    name: str
    outcome: str
    message: str = ""


@dataclass(frozen=True)
class Run(Record):
    """One run. `at` is epoch seconds, `code` the command's exit code (None: it was stopped, or there was none), `output` its end."""

    at: float
    code: int | None
    outcomes: tuple[Outcome, ...] = ()
    output: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        outcomes = tuple(Outcome.from_dict(one) for one in values.get("outcomes") or ())
        return super().from_dict({**values, "outcomes": outcomes})

    def of(self, outcome: str) -> list[Outcome]:
        return [one for one in self.outcomes if one.outcome == outcome]

    @property
    def told(self) -> str:
        """`2 failed, 210 passed, 1 skipped`, or what the exit code says where single tests are not known."""
        if self.outcomes:
            numbers = {outcome: len(self.of(outcome)) for outcome in (FAILED, PASSED, SKIPPED)}
            return ", ".join(
                f"{number} {outcome}" for outcome, number in numbers.items() if number or outcome == FAILED
            )
        if self.code is None:
            return "stopped before it was done"
        return "passed" if self.code == 0 else f"failed with exit code {self.code}"


def summary(name: str, runs: Sequence[Run], newest: int) -> str:
    """What the runs (oldest first) say together; `newest` is how many are kept at most."""
    first, last = runs[0], runs[-1]
    lines = [
        f"# Test results: {name}",
        "",
        f"{_span(first, last, len(runs))}; the newest {newest} are kept, older ones are not.",
        f"Last run, {moment(last.at)}: {last.told}.",
    ]
    seen = _by_test(runs)
    for title, told in (
        ("Failing tests", [_failing(test, history) for test, history in seen.items() if _is_broken(history)]),
        ("Flaky tests", [_flaky(test, history) for test, history in seen.items() if _changes(history) > 1]),
        ("Mended tests", [_mended(test, history) for test, history in seen.items() if _is_mended(history)]),
    ):
        if seen:
            lines += ["", f"## {title}", "", *(told or [f"No test: none of the {len(seen)} tests."])]
    lines += ["", "## What failed since when", "", *_failed_since(runs)]
    lines += ["", "## What failed, by run, the newest first", ""]
    return "\n".join([*lines, *(line for run in reversed(runs) for line in _failures(run))]) + "\n"


def _span(first: Run, last: Run, count: int) -> str:
    return f"{count} runs from {moment(first.at)} to {moment(last.at)}" if count > 1 else f"1 run, {moment(first.at)}"


def report(name: str, run: Run) -> str:
    """One run: its numbers, its failures, and the end of what it printed."""
    lines = [f"# Test run of {moment(run.at)}: {name}", "", f"{run.told}."]
    lines += [f"- failed: {one.name}: {one.message}".rstrip(": ") for one in run.of(FAILED)]
    return "\n".join(lines) + (f"\n\nOutput:\n\n{run.output.rstrip()}\n" if run.output.strip() else "\n")


History = list[tuple[float, Outcome]]


def _by_test(runs: Sequence[Run]) -> Mapping[str, History]:
    """For each test by name the times and outcomes of the runs that decided about it."""
    seen: dict[str, History] = defaultdict(list)
    for run in runs:
        for one in run.outcomes:
            if one.outcome != SKIPPED:
                seen[one.name].append((run.at, one))
    return dict(sorted(seen.items()))


def _turns(history: History) -> list[float]:
    """When the outcome became another one than the time before."""
    return [at for (_, before), (at, now) in pairwise(history) if before.outcome != now.outcome]


def _changes(history: History) -> int:
    return len(_turns(history))


def _is_broken(history: History) -> bool:
    return history[-1][1].outcome == FAILED


def _is_mended(history: History) -> bool:
    return _changes(history) == 1 and not _is_broken(history)


def _failing(test: str, history: History) -> str:
    since = (_turns(history) or [history[0][0]])[-1]
    return f"- {test} fails since {moment(since)}: {history[-1][1].message}".rstrip(": ")


def _flaky(test: str, history: History) -> str:
    failed = [at for at, one in history if one.outcome == FAILED]
    passed = len(history) - len(failed)
    told = f"changed {_changes(history)} times, {passed} passed, {len(failed)} failed, last failed {moment(failed[-1])}"
    return f"- {test} is flaky: {told}"


def _mended(test: str, history: History) -> str:
    return f"- {test} passes again since {moment(_turns(history)[0])}"


def _failed_since(runs: Sequence[Run]) -> Iterator[str]:
    """For each day of the week that ended with the last run what has failed from then on: people ask for what failed since Monday."""
    for back in range(7):
        begins = (runs[-1].at // DAY_S - back) * DAY_S
        counted = [run for run in runs if run.at >= begins]
        broken = sum(1 for run in counted if run.code != 0 or run.of(FAILED))
        names = list(dict.fromkeys(one.name for run in counted for one in run.of(FAILED)))
        told = ", ".join(names) if len(names) <= NAMED_AT_MOST else f"{len(names)} tests, which are listed by run below"
        since = f"- since {moment(begins).removesuffix(' 00:00 UTC')}: {broken} of {len(counted)} runs failed"
        yield f"{since}; failed: {told}" if names else since


def _failures(run: Run) -> Iterator[str]:
    yield f"{moment(run.at)}: {run.told}"
    for one in run.of(FAILED):
        yield f"- failed on {moment(run.at)}: {one.name}: {one.message}".rstrip(": ")
