"""A real set of processes over a small project, as the tests see it from outside: by its pids, its bus, its archive and its files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from ifmem import Memory
from ifmem.core.keys import Keys
from ifmem.core.lifecycle import SERVING
from ifmem.core.status import ProcessStatus
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.bus_server import BusServer
from ifmem.stores.lock import is_locked, read_state

T = TypeVar("T")
LOOK_EVERY_S = 0.02
PATIENCE_S = (
    90.0  # of a test on a busy machine, for what takes a second on an idle one: it costs only when the test fails
)

FAST = """\
beat_every_s = 0.1
lost_after_s = 1.5
restart_ceiling_s = 0.5
stop_grace_s = 2.0
shards.history.enabled = false
shards.working.enabled = false
"""


def eventually(condition: Callable[[], T], within_s: float = PATIENCE_S, what: str = "") -> T:
    """The first true value of `condition`; fails when there was none `within_s` seconds."""
    pause = threading.Event()
    until = time.monotonic() + within_s
    while True:
        if found := condition():
            return found
        assert time.monotonic() < until, f"not within {within_s:g} s: {what or condition}"
        pause.wait(LOOK_EVERY_S)


def make_project(parent: Path) -> Path:
    """A small folder in git with documents and code. Its name is its own: processes are found by it."""
    folder = parent / f"set-{uuid.uuid4().hex[:8]}"
    (folder / "src").mkdir(parents=True)
    (folder / "README.md").write_text("# Harbour\n\nThe lighthouse keeper counts the herring boats every morning.\n")
    (folder / "src" / "ledger.py").write_text(
        '"""The green ledger."""\n\n\ndef count_boats(boats):\n    return len(boats)\n'
    )
    for arguments in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Count the herring boats")):
        subprocess.run(("git", "-C", str(folder), *arguments), check=True)
    return folder


class RunningSet:
    """One project's set. `settings` is its ifmem.toml."""

    def __init__(self, folder: Path, settings: str = FAST, **options: str | None) -> None:
        self.folder = folder
        (folder / "ifmem.toml").write_text(settings)
        self.memory = Memory(folder, **options)
        self.config = self.memory.config
        self.keys = Keys(self.config.namespace)

    # The processes

    def process(self, name: str) -> ProcessStatus | None:
        status = self.memory.status()
        return next((one for one in (*status.shards, *status.processes) if one.name == name), None)

    def serving(self, name: str, after: int = 0) -> ProcessStatus | None:
        """The process, if it can work and is of a later incarnation than `after`."""
        found = self.process(name)
        return found if found and found.state in SERVING and found.incarnation > after else None

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> ProcessStatus:
        """Send a signal to a process that works; returns what it was."""
        found = eventually(lambda: self.serving(name), what=f"{name} serving")
        assert found.pid is not None
        os.kill(found.pid, number)
        return found

    def kill_supervisor(self) -> int:
        """SIGKILL it and see it gone; returns its pid."""
        pid = self.supervisor
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not is_locked(self.config.home), what="the supervisor gone")
        return pid

    def replaced(self, before: ProcessStatus) -> ProcessStatus:
        return eventually(lambda: self.serving(before.name, before.incarnation), what=f"{before.name} replaced")

    @property
    def supervisor(self) -> int:
        return int(read_state(self.config.home)["pid"])

    @property
    def spawner(self) -> int:
        children = psutil.Process(self.supervisor).children()
        return next(child.pid for child in children if "spawner" in " ".join(child.cmdline()))

    @property
    def bus_pid(self) -> int:
        pid = BusServer.of(self.config).recorded_pid()
        assert pid is not None
        return pid

    def left(self) -> list[psutil.Process]:
        """Every living process that belongs to the set. Its `info` has name and command line as they were: it may leave meanwhile."""
        marks = (self.folder.name, str(self.config.run_dir))
        return [process for process in psutil.process_iter(["name", "cmdline"]) if _belongs(process, marks)]

    def left_but_the_bus(self) -> list[psutil.Process]:
        return [process for process in self.left() if "valkey" not in process.info["name"]]

    # What was asked

    def hold(self, folder: Path, shards: tuple[str, ...] = ("docs",), timeout: float = PATIENCE_S) -> str:
        """Ask something that a shard is still working on when this returns."""
        folder.mkdir()
        query_id = self.memory.submit(f"hold {folder}", shards=shards, timeout=timeout)
        eventually((folder / "begun").exists, what="the question begun")
        return query_id

    def on_bus(self, *command: Any) -> Any:
        async def call() -> Any:
            bus = Bus(self.config.redis_url or BusServer.of(self.config).operator_url)
            try:
                return await bus.call(*command)
            finally:
                await bus.close()

        return asyncio.run(call())

    def events(self, name: str) -> list[dict[str, Any]]:
        """What happened to a process, oldest first, as far as it is in the archive."""
        return [event for event in reversed(self.memory.events(limit=500)) if event["name"] == name]

    def event(self, name: str, kind: str) -> dict[str, Any]:
        found = eventually(lambda: [e for e in self.events(name) if e["kind"] == kind], what=f"{kind} of {name}")
        return found[-1]

    def archived(self, kind: str) -> list[dict[str, Any]]:
        """Every row of the table of questions, findings or answers."""
        with Archive.reading(self.config.archive) as archive:
            return [dict(row) for row in archive._db[kind].rows] if archive else []  # type: ignore[union-attr]

    def each_answered_once(self, *query_ids: str) -> bool:
        """Whether the archive has one answer to each question, and one finding of each shard that was asked."""
        answers = Counter(row["id"] for row in self.archived("answers"))
        findings = Counter((row["query_id"], row["shard"]) for row in self.archived("findings"))
        known = {row["id"] for row in self.archived("questions")}
        assert max([*answers.values(), *findings.values()], default=0) <= 1
        return set(query_ids) <= known and set(query_ids) <= answers.keys() <= known

    # The end

    def end(self) -> None:
        """Stop it in order, and find nothing left. Whatever would not stop is killed, so that no other test suffers."""
        try:
            self.memory.down()
            self.nothing_is_left()
        finally:
            self.memory.close()
            for process in self.left():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()

    def nothing_is_left(self) -> None:
        eventually(lambda: not self.left(), what="no process left")
        server = BusServer.of(self.config)
        assert not is_locked(self.config.home)
        assert not server.socket.exists()
        assert not server.pid_file.exists()


def _belongs(process: psutil.Process, marks: tuple[str, ...]) -> bool:
    line = " ".join(process.info["cmdline"] or ())
    return process.pid != os.getpid() and any(mark in line for mark in marks)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


Start = Callable[..., RunningSet]
