"""How soon a change can be asked for, and what it costs to notice: saves, a branch switch, an idle watcher, and commits replayed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from ifmem.bench.footprint import cpu_s
from ifmem.bench.private_set import private_set, write_documents
from ifmem.bench.programs import run_program
from ifmem.bench.replay import IDENTITY, replay_commits
from ifmem.bench.rows import Row, at_most, row
from ifmem.bench.scale import Scale
from ifmem.client import Memory
from ifmem.errors import IfmemError

FOLDERS, FILES_EACH, BYTES = 400, 50, 300
SWITCHED_FOLDERS = 40
SAVES = 40
WITHIN_S = 90.0
LOOK_EVERY_S = 0.5
SETTLED_S, WINDOW_S = 11.0, 4.0  # settled: longer than between two rounds of freezing pages


def measure_freshness(place: Path, scale: Scale) -> Iterable[Row]:
    """One set over 20,000 files; the commits are replayed without one."""
    folders = _make_folders(place, scale)
    changed = [path for folder in folders[: scale.sized(SWITCHED_FOLDERS)] for path in sorted(folder.iterdir())]
    _make_branch(place, changed)
    files = len(folders) * FILES_EACH
    with private_set(place) as memory:
        document = next(folders[-1].glob("*.md"))
        saved = [_answerable_s(memory, document, number) for number in range(scale.times(SAVES))]
        switched = [_switched_s(memory, branch, changed) for branch in ("other", "main") * scale.times(2)]
        _wait_until_settled(memory, SETTLED_S * scale.size)
        idle = [_watchers_share(memory, WINDOW_S * scale.size) for _ in range(scale.times(5))]
    yield row(f"saved until answered, {files:,} files", "s", saved, at_most(1))
    yield row(f"branch switch of {len(changed):,} files, until all are loaded", "s", switched, at_most(5))
    yield row(f"idle watcher, {files:,} files, share of one core", "%", idle, at_most(0.5))
    yield from replay_commits(place.with_name("commits"), scale)


def _answerable_s(memory: Memory, path: Path, number: int) -> float:
    word = f"wombat{number}"
    path.write_text(f"The {word} sleeps in the harbour office.\n", encoding="utf-8")
    started = time.perf_counter()
    while time.perf_counter() - started < WITHIN_S:
        answer = memory.ask(f"Where does the {word} sleep?", shards=["docs"])
        if answer.found and word in answer.answer:
            return time.perf_counter() - started
    raise IfmemError(f"a saved file was not answered from within {WITHIN_S:.0f} s.")


def _switched_s(memory: Memory, branch: str, paths: Sequence[Path]) -> float:
    """From the moment that git is done until everything that the branch changed is loaded."""
    folder = memory.config.folder
    run_program(("git", "-C", os.fspath(folder), *IDENTITY, "checkout", "--quiet", branch))
    started = time.perf_counter()
    wanted = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    while time.perf_counter() - started < WITHIN_S:
        loaded = {entry.path: entry.sha256 for manifest in memory.corpus() for entry in manifest.entries}
        if all(loaded.get(path) == sha256 for path, sha256 in wanted.items()):
            return time.perf_counter() - started
    raise IfmemError(f"a branch switch was not loaded within {WITHIN_S:.0f} s.")


def _wait_until_settled(memory: Memory, quiet_s: float) -> None:
    """Until the watcher has frozen what is due: that is the end of the changes, and not idleness."""
    versions, since = [""], time.monotonic()
    while time.monotonic() - since < quiet_s:
        now = [manifest.version for manifest in memory.corpus()]
        if now != versions:
            versions, since = now, time.monotonic()
        time.sleep(LOOK_EVERY_S)


def _watchers_share(memory: Memory, window_s: float) -> float:
    pid = next(process.pid for process in memory.status().processes if process.name == "watcher")
    assert pid is not None
    before, started = cpu_s(pid), time.perf_counter()
    time.sleep(window_s)
    return 100 * (cpu_s(pid) - before) / (time.perf_counter() - started)


def _make_folders(place: Path, scale: Scale) -> list[Path]:
    folders = [place / f"part_{number:03}" for number in range(scale.sized(FOLDERS))]
    for number, folder in enumerate(folders):
        for path in write_documents(folder, files=FILES_EACH, size=BYTES, seed=number)[::2]:
            path.rename(path.with_suffix(".py"))
    return folders


def _make_branch(folder: Path, paths: Sequence[Path]) -> None:
    """`main`, and `other` on which these files say something else; `main` is left checked out."""
    git = ("git", "-C", os.fspath(folder), *IDENTITY)
    run_program((*git, "init", "--quiet", "--initial-branch=main"))
    run_program((*git, "add", "--all"))
    run_program((*git, "commit", "--quiet", "--message", "Everything"))
    run_program((*git, "checkout", "--quiet", "-b", "other"))
    for path in paths:
        path.write_text(path.read_text(encoding="utf-8").replace("queue", "line") + "on the other branch\n")
    run_program((*git, "commit", "--quiet", "--all", "--message", "Another"))
    run_program((*git, "checkout", "--quiet", "main"))
