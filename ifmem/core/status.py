"""What `status` shows: one document for the table, `--json`, `--watch`, the Python API and the page in a browser. Schema 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from ifmem.core import lifecycle
from ifmem.core.record import Record
from ifmem.core.worker_names import is_worker


@dataclass(frozen=True)
class ProcessStatus(Record):
    """A shard, or any other process in the same form (`number` 0).

    `state` is a word of `core.lifecycle`; `reason` says why it is not ready or why it was last restarted, `fix` what to do about it,
    `exit_code` of what kind it is (0: it has not failed). `queue` counts questions waiting for it, `in_flight` those it works on, `since`
    is when the state began (epoch). `warm` counts the pages that are in the vendor's cache. `freshness` is how a shard's text stands to its
    sources: `fresh`, so many `changes applied`, `refreshing`, or `sources out of sight`. Times in seconds, `p50_ms` over its last answers.
    `remote`: another machine serves it. `quota` is a librarian's: the calls to a model that it has left today.
    """

    number: int
    name: str
    state: str
    reason: str = ""
    fix: str = ""
    exit_code: int = 0
    pid: int | None = None
    host: str = ""
    incarnation: int = 0
    tokens: int = 0
    capacity: int = 0
    pages: int = 0
    warm: int = 0
    freshness: str = ""
    queue: int = 0
    in_flight: int = 0
    answered: int = 0
    restarts: int = 0
    last_exit: str = ""
    since: float = 0.0
    last_beat_s: float | None = None
    uptime_s: float | None = None
    p50_ms: float | None = None
    busy_s: float = 0.0
    detail: str = ""
    remote: bool = False
    quota: int | None = None


@dataclass(frozen=True)
class Status(Record):
    """The whole set. `state`: `starting`, `ready`, `degraded` (something is not ready), `stopping`, `stopped`, `unreachable`, or `hung`
    (its supervisor stands still)."""

    state: str
    folder: str
    since: float | None = None
    bus: dict[str, Any] = field(default_factory=dict)  # url (never a password), ms (a ping), embedded, pid
    shards: tuple[ProcessStatus, ...] = ()
    processes: tuple[ProcessStatus, ...] = ()
    findings: int = 0
    asks_today: int = 0
    dead: int = 0
    spent_today_usd: float = 0.0
    budget: dict[str, Any] = field(default_factory=dict)  # limits, what counts against them, note: one that is reached
    context_active: int = 0
    version: str = ""
    reason: str = ""
    fix: str = ""
    schema: int = 1

    @property
    def ready(self) -> bool:
        return self.state == "ready"

    @property
    def ready_here(self) -> bool:
        """Whether nothing that this machine serves is missing: what another one serves is not waited for."""
        ours = [p for p in (*self.shards, *self.processes) if not p.remote and not is_worker(p.name)]
        started = self.state in (lifecycle.STARTING, lifecycle.DEGRADED) and ours
        return self.ready or (bool(started) and all(process.state in lifecycle.SERVING for process in ours))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        nested = {
            key: tuple(ProcessStatus.from_dict(p) for p in values.get(key) or ()) for key in ("shards", "processes")
        }
        return super().from_dict({**values, **nested})
