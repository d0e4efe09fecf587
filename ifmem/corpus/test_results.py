"""Test runs kept under `.ifmem/runs/`: a command is run, its JUnit XML report is read if it writes one, and the newest runs are documents.

Without a command a report that something else writes is taken over whenever it has changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ifmem.core.documents import Document
from ifmem.core.domains import Source
from ifmem.core.manifest import LeftOut
from ifmem.core.run_history import FAILED, PASSED, SKIPPED, Outcome, Run, report, summary
from ifmem.corpus.commands import Captured, Gathered, capture, text_documents

if TYPE_CHECKING:
    from junitparser import TestCase

OUTPUT_CHARACTERS = 8_000
MESSAGE_CHARACTERS = 300


class NoRun(Exception):
    """Why there is no run to keep."""


def result_documents(source: Source, folder: Path, kept: Path, *, now: Callable[[], float] = time.time) -> Gathered:
    """Run and read the tests of a `test-results` source in `folder`, keep the run in `kept`, and tell of all that are kept there."""
    name = source.name or source.command or source.report
    runs = _Runs(kept / f"{_safe(name)}-{hashlib.sha256(name.encode()).hexdigest()[:8]}", source.newest)
    path = f"tests:{name} (this run)"
    try:
        run, reason = _run(source, folder, now) if source.command else (_reported(source, folder), "")
        runs.keep(run)
    except (NoRun, OSError) as error:
        reason = str(error)
    return list(_documents(name, runs.newest(), source.newest)), [LeftOut(path, reason)] if reason else []


def _documents(name: str, runs: list[Run], newest: int) -> Iterator[Document]:
    if not runs:
        return
    yield from text_documents(f"tests:{name}/summary", summary(name, runs, newest))[0]
    for run in runs:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.at))
        yield from text_documents(f"tests:{name}/{stamp}", report(name, run))[0]


def _run(source: Source, folder: Path, now: Callable[[], float]) -> tuple[Run, str]:
    """Run the command; why single tests are not known, if they should be. Its report counts only if it was written just now: an old
    one would pass for this run's.
    """
    path = folder / source.report
    before = _written_at(path)
    at = now()
    captured = capture(source.command, folder, timeout_s=source.timeout_s, max_bytes=source.max_bytes)
    outcomes: tuple[Outcome, ...] = ()
    reason = "" if captured.code is not None else f"not done after {source.timeout_s:g} s, stopped"
    if source.report and _written_at(path) in (None, before):
        reason = reason or f"exit code {captured.code}, and {source.report} was not written"
    elif source.report:
        try:
            outcomes = _outcomes(path, source.max_bytes)
        except NoRun as error:
            reason = str(error)
    return Run(at, captured.code, outcomes, _end_of(captured)), reason


def _reported(source: Source, folder: Path) -> Run:
    """The run that a report tells of, made by somebody else when the report was written."""
    path = folder / source.report
    written_at = _written_at(path)
    if written_at is None:
        raise NoRun(f"there is no {source.report} yet")
    outcomes = _outcomes(path, source.max_bytes)
    return Run(written_at / 1e9, int(any(one.outcome == FAILED for one in outcomes)), outcomes)


def _written_at(path: Path) -> int | None:
    """Nanoseconds since the epoch; None if there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _outcomes(path: Path, max_bytes: int) -> tuple[Outcome, ...]:
    """Every test case of a JUnit XML file. Raises NoRun if it cannot be read."""
    from junitparser import JUnitXml, JUnitXmlError

    try:
        if path.stat().st_size > max_bytes:
            raise NoRun(f"{path.name} is over max_bytes ({max_bytes:,})")
        return tuple(_outcome(case) for case in _cases(JUnitXml.fromstring(path.read_bytes())))
    except (OSError, ValueError, SyntaxError, JUnitXmlError) as error:  # each XML parser's error is a SyntaxError
        raise NoRun(f"{path.name} cannot be read: {error}") from None


def _cases(xml: Iterable[Iterable[TestCase]]) -> Iterator[TestCase]:
    for suite in xml:
        yield from suite


def _outcome(case: TestCase) -> Outcome:
    name = "::".join(part for part in (case.classname, case.name) if part)
    if case.is_failure or case.is_error:
        said = next((result.message or result.text or "" for result in case.result), "")
        return Outcome(name, FAILED, _first_line(said))
    return Outcome(name, SKIPPED if case.is_skipped else PASSED)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return (
        line
        if len(line) <= MESSAGE_CHARACTERS
        else f"{line[:MESSAGE_CHARACTERS]} [and {len(line) - MESSAGE_CHARACTERS} more]"
    )


def _end_of(captured: Captured) -> str:
    """The end of the output, where test runners sum up; what is left out is said."""
    text = captured.output.decode(errors="replace")
    cut = "[the output went on, over max_bytes]\n" if captured.cut else ""
    left_out = len(text) - OUTPUT_CHARACTERS
    head = f"[the first {left_out:,} characters are left out]\n" if left_out > 0 else ""
    return head + text[max(0, left_out) :] + cut


class _Runs:
    """The runs of one source, a file each, named by their time."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def keep(self, run: Run) -> None:
        """Put a run down, and remove those beyond the newest. Raises OSError if there is no place for it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{run.at:020.6f}.json"
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        staged.write_text(run.to_json(), encoding="utf-8", errors="replace")
        staged.replace(path)
        for old in self._paths()[: -self._most]:
            old.unlink(missing_ok=True)

    def newest(self) -> list[Run]:
        """The kept runs, oldest first. A damaged file is none."""
        return [run for path in self._paths()[-self._most :] if (run := _read(path))]

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))


def _read(path: Path) -> Run | None:
    try:
        return Run.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _safe(name: str) -> str:
    """A name that a folder can have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:40]
