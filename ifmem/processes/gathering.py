"""The findings one question is waiting for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping

from ifmem.core.findings import Finding
from ifmem.core.queries import Query
from ifmem.errors import Exit, IfmemError


class Gathering:
    """Who was asked, who has answered, who never will."""

    LATE = "no finding before the deadline"

    def __init__(self, out_of_service: Mapping[str, str]) -> None:
        self.asked: list[str] = []
        self.findings: dict[str, Finding] = {}
        self.pushed: Query | None = None  # as it was sent to the shards last
        self.known: Mapping[str, str] = {}  # why they have not answered, by name
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

    def usable(self) -> list[Finding]:
        """The findings to build on."""
        return [finding for finding in self.findings.values() if not finding.error]

    def waiting_for(self) -> list[str]:
        return [name for name in self.asked if name not in self.findings and name not in self._gave_up]

    def missing(self) -> dict[str, str]:
        """Who was asked and gave no finding to build on, and why."""
        late = {name: ": ".join(filter(None, (self.LATE, self.known.get(name)))) for name in self.waiting_for()}
        failed = {name: f.error for name, f in self.findings.items() if f.error and name in self.asked}
        return {**{n: why for n, why in self._gave_up.items() if n in self.asked}, **late, **failed}

    def failure(self) -> IfmemError:
        """What the asker is told when nobody has a finding: if all failed alike, what that was and what mends it."""
        missing = self.missing()
        failed = [finding for finding in self.findings.values() if finding.error]
        why = "; ".join(f"{name}: {reason}" for name, reason in sorted(missing.items()))
        if (
            len(failed) == len(missing)
            and len({(finding.error, finding.fix) for finding in failed}) == 1
            and failed[0].fix
        ):
            known = failed[0]
            return IfmemError(
                known.error, why=f"so said {', '.join(sorted(missing))}", fix=known.fix, exit_code=Exit(known.exit_code)
            )
        timed_out = all(reason.startswith(self.LATE) for reason in missing.values())
        return IfmemError(
            "no shard answered the question.",
            why=why,
            fix="See what is wrong: ifmem status    Then ask again, with more patience if need be: --timeout 120",
            exit_code=Exit.TIMED_OUT if timed_out else Exit.DID_NOT_HAPPEN,
        )

    async def complete(self, deadline: float) -> None:
        """Wait until everyone asked has answered, or until `deadline` (seconds since the epoch)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline - time.time())):
                while self.waiting_for():
                    self._changed.clear()
                    await self._changed.wait()
