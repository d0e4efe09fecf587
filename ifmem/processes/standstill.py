"""A supervisor that stands still: it holds its lock and does nothing, so nobody replaces what dies. What lives goes on answering."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.config import Config
from ifmem.stores.lock import is_locked, read_state, still_for_s

HUNG_AFTER_S = 10.0  # it shows life every second; a machine that is short of everything delays that
REPLACE = "Replace it: ifmem up"


@dataclass(frozen=True)
class Standstill:
    """The supervisor with this pid has shown no life for so long."""

    pid: int
    for_s: float

    @property
    def reason(self) -> str:
        return f"the supervisor (pid {self.pid}) has stood still for {self.for_s:.0f} s: what dies now is not replaced"


def standstill(config: Config) -> Standstill | None:
    """None if the supervisor moves, or if there is none: a pid that belongs to another process by now is nobody's."""
    for_s = still_for_s(config.home)
    if for_s < HUNG_AFTER_S or not is_locked(config.home):
        return None
    from ifmem.processes.process_table import birth_of

    said = read_state(config.home)
    pid, birth = said.get("pid"), said.get("birth")
    if not isinstance(pid, int) or not birth or birth_of(pid) != birth:
        return None
    return Standstill(pid, for_s)
