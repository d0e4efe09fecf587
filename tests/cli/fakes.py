"""A memory that was told what to say, in place of one with processes behind it; and the records it says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ifmem.core.answers import Answer, Progress, ShardUse
from ifmem.core.costs import CostReport
from ifmem.core.descent import Descent
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.manifest import Held, LeftOut, Manifest, PageFacts
from ifmem.core.plan import Plan
from ifmem.core.status import ProcessStatus, Status
from ifmem.stores.refresh_orders import Outcome


class SpokenMemory:
    """Takes what `ifmem.client.Memory` takes and returns what the test has put into its attributes."""

    def __init__(self, **said: Any) -> None:
        self.said = said
        self.calls: list[tuple[str, Any]] = []
        self.progress: list[Progress] = []

    def __call__(self, folder: str | None, **options: Any) -> SpokenMemory:
        self.calls.append(("connect", {"folder": folder, **options}))
        return self

    def __enter__(self) -> SpokenMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append(("close", None))

    def _say(self, name: str, arguments: Any = None) -> Any:
        self.calls.append((name, arguments))
        said = self.said[name]
        if isinstance(said, BaseException):
            raise said
        return said

    def argument(self, name: str) -> Any:
        return next(arguments for called, arguments in self.calls if called == name)

    def standstill(self) -> str:
        return str(self.said.get("standstill", ""))

    def submit(self, question: str, **options: Any) -> str:
        self._say("submit", {"question": question, **options})
        return str(self.said["submit"])

    def answer(self, query_id: str, *, timeout: float | None, on_progress: Callable[[Progress], None]) -> Answer:
        for progress in self.progress:
            on_progress(progress)
        return self._say("answer", {"id": query_id, "timeout": timeout})

    def up(self, *, on_status: Callable[[Status], None], **options: Any) -> Status:
        for status in self.said.get("seen", ()):
            on_status(status)
        return self._say("up", options)

    def status(self) -> Status:
        return self._say("status")

    def down(self, **options: Any) -> bool:
        return self._say("down", options)

    def restart(self, shards: tuple[str, ...]) -> Status:
        return self._say("restart", shards)

    def refresh(self, shards: tuple[str, ...]) -> Outcome:
        return self._say("refresh", shards)

    def findings(self, **options: Any) -> list[Finding]:
        return self._say("findings", options)

    def finding(self, finding_id: str) -> Finding | None:
        return self._say("finding", finding_id)

    def descent(self, finding_id: str) -> Descent:
        return self._say("descent", finding_id)

    def follow_findings(self, **options: Any) -> Iterator[Finding]:
        return iter(self._say("follow_findings", options))

    def import_findings(self, lines: Iterable[str], name: str) -> tuple[int, int]:
        return self._say("import_findings", {"lines": list(lines), "name": name})

    def events(self, **options: Any) -> list[dict[str, Any]]:
        return self._say("events", options)

    def cost(self, **options: Any) -> CostReport:
        return self._say("cost", options)

    def corpus(self) -> list[Manifest]:
        return self._say("corpus")

    def plan(self, questions_per_day: int, **options: Any) -> Plan:
        return self._say("plan", {"questions_per_day": questions_per_day, **options})


def shard(number: int, name: str, state: str = "ready", **fields: Any) -> ProcessStatus:
    known = {"tokens": 148_000, "capacity": 180_000, "last_beat_s": 1.2, "uptime_s": 8040.0, "p50_ms": 2100.0}
    return ProcessStatus(number, name, state, **{**known, **fields})


def a_status(*shards: ProcessStatus, **fields: Any) -> Status:
    known = {"state": "ready", "folder": "/folder", "bus": {"ms": 0.4, "embedded": True}, "findings": 212}
    return Status(**{**known, "since": time.time() - 8040, "shards": shards, **fields})


STOPPED = Status(state="stopped", folder="/folder")
READY = a_status(shard(1, "history"), shard(2, "docs"))


def an_answer(text: str = "Retries are in bus.py.", **fields: Any) -> Answer:
    known = {
        "id": "q_1",
        "question": "Where?",
        "found": True,
        "citations": (Citation("src/bus.py", 10, 18, "def retry():", "ab" * 32, "code", "verified", 3.2),),
        "shards": (ShardUse("code", True, 3.2, found=True, attempts=1), ShardUse("docs", False, 0.1)),
        "duration_ms": 812.0,
        "provider": "extractive",
    }
    return Answer(answer=text, **{**known, **fields})


def a_finding(text: str = "Retries are in bus.py.", **fields: Any) -> Finding:
    known = {"id": "f_1", "query_id": "q_1", "shard": "code", "found": True, "created_at": time.time() - 3600}
    return Finding(text=text, **{**known, **fields})


def a_manifest(*left_out: LeftOut) -> Manifest:
    held = Held("src/bus.py", "ab" * 32, 120, 1400, 1, (0,))
    return Manifest("code", "v1", "p1", (held,), (PageFacts("cd" * 32, 1450, 1, 4000),), left_out, 0.0)


def touch_log(folder: Path, name: str, *lines: str) -> Path:
    path = folder / ".ifmem" / "logs" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
