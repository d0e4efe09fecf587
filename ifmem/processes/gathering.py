"""The findings one question is waiting for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping

from ifmem.core.records import Finding


class Gathering:
    """Who was asked, who has answered, who never will."""

    LATE = "no finding before the deadline"

    def __init__(self, out_of_service: Mapping[str, str]) -> None:
        self.asked: list[str] = []
        self.findings: dict[str, Finding] = {}
        self._gave_up: dict[str, str] = {}
        self._out_of_service = out_of_service
        self._changed = asyncio.Event()

    def ask(self, names: Iterable[str]) -> list[str]:
        """Note whom to wait for; returns those who have to be sent the question."""
        new = [name for name in names if name not in self.asked]
        self.asked += new
        for name in new:
            if name in self._out_of_service:
                self.give_up(name, self._out_of_service[name])
        return [name for name in new if name not in self.findings and name not in self._gave_up]

    def add(self, finding: Finding) -> None:
        """A repeated finding of a shard changes nothing."""
        self.findings.setdefault(finding.shard, finding)
        self._changed.set()

    def give_up(self, name: str, reason: str) -> None:
        if name not in self.findings:
            self._gave_up[name] = f"gave up: {reason}"
            self._changed.set()

    @property
    def found(self) -> bool:
        return any(finding.found for finding in self.findings.values())

    def waiting_for(self) -> list[str]:
        return [name for name in self.asked if name not in self.findings and name not in self._gave_up]

    def missing(self) -> dict[str, str]:
        """Who was asked and gave no finding to build on, and why."""
        late = dict.fromkeys(self.waiting_for(), self.LATE)
        failed = {name: f.error for name, f in self.findings.items() if f.error and name in self.asked}
        return {**{n: why for n, why in self._gave_up.items() if n in self.asked}, **late, **failed}

    async def complete(self, deadline: float) -> None:
        """Wait until everyone asked has answered, or until `deadline` (seconds since the epoch)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline - time.time())):
                while self.waiting_for():
                    self._changed.clear()
                    await self._changed.wait()
