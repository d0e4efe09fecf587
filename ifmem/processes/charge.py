"""One process in the supervisor's charge: what it is meant to be, what is known of its present life, and its history."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace

from ifmem.core import lifecycle
from ifmem.core.beat import Beat
from ifmem.core.status import ProcessStatus
from ifmem.core.supervision import History, Life
from ifmem.errors import Exit
from ifmem.processes.children import Child
from ifmem.processes.seat import Assignment
from ifmem.stores.hand_off import Seat


@dataclass
class Charge:
    """`state` is the supervisor's word while no process is alive, else what the process says of itself."""

    role: str
    name: str
    number: int
    incarnation: int = 0
    child: Child | None = None
    life: Life | None = None
    history: History = field(default_factory=History)
    state: str = lifecycle.STOPPED
    since: float = field(default_factory=time.time)
    reason: str = ""
    fix: str = ""
    exit_code: int = int(Exit.DONE)
    restarts: int = 0
    last_exit: str = ""
    beat: Beat | None = None
    start_at: float | None = None  # monotonic: when to start it (again)
    told_to_stop: bool = False
    sentence: str = ""  # why its supervisor is ending it: "lost", "stalled", "restart asked for" …

    @property
    def seat(self) -> Seat:
        return Seat(self.name, self.incarnation, self.assignment(fresh=False).label)

    def assignment(self, *, fresh: bool) -> Assignment:
        return Assignment(self.role, self.name, self.number, self.incarnation, fresh)

    def enter(self, state: str, reason: str = "", fix: str = "") -> None:
        if state != self.state:
            self.since = time.time()
        self.state, self.reason, self.fix = state, reason, fix
        failed = int(self.exit_code or Exit.DID_NOT_HAPPEN)
        self.exit_code = failed if state == lifecycle.FAILED else int(Exit.DONE)

    def heard(self, beat: Beat, now: float) -> bool:
        """Take note of a beat; True if the state changed."""
        assert self.life is not None
        if beat is self.beat:
            self.life = replace(self.life, last_beat_at=now)
            return False
        changed = beat.state != self.state or (self.beat is None) or beat.detail != self.beat.detail
        if beat.state != self.life.state:
            self.life = replace(self.life, state=beat.state, state_since=now)
        if beat.state in lifecycle.SERVING and self.life.ready_at is None:
            self.life = replace(self.life, ready_at=now)
        self.life = replace(self.life, last_beat_at=now, late_s=beat.late_s)
        self.beat = beat
        if beat.state == lifecycle.FAILED:
            self._took_leave(beat.detail)
        elif not self.sentence:
            self.enter(beat.state, self.reason if self.restarts else "")
        return changed

    def _took_leave(self, detail: str) -> None:
        """A process that has to leave over an error says which, with its last beat."""
        error = json.loads(detail)
        self.reason, self.fix = f"{error['what']} {error['why']}".strip(), error["fix"]
        self.exit_code = int(error["exit_code"])

    def status(self) -> ProcessStatus:
        beat = self.beat
        status = ProcessStatus(
            number=self.number,
            name=self.name,
            state=self.state,
            reason=self.reason,
            fix=self.fix,
            exit_code=self.exit_code,
            incarnation=self.incarnation,
            restarts=self.restarts,
            last_exit=self.last_exit,
            pid=self.child.pid if self.child else None,
            since=self.since,
        )
        if beat is None:
            return status
        known = replace(status, host=beat.host, tokens=beat.tokens, capacity=beat.capacity, pages=beat.pages)
        return replace(known, detail=beat.detail if self.state == lifecycle.LOADING else "")
