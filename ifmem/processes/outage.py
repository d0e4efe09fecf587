"""For how long an asker could not reach the bus while it waited."""

from __future__ import annotations

WORTH_TELLING_S = 0.5


class Outage:
    """All times are of one clock, in seconds."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._longest_s = 0.0

    def began(self, now: float) -> None:
        if self._since is None:
            self._since = now

    def ended(self, now: float) -> None:
        if self._since is not None:
            self._longest_s, self._since = max(self._longest_s, now - self._since), None

    def words(self, now: float) -> str:
        """What to tell of it; "" if it was not worth telling."""
        if self._since is not None:
            return f"the bus has been out of reach for {now - self._since:.0f} s"
        return f"the bus was out of reach for {self._longest_s:.0f} s" if self._longest_s > WORTH_TELLING_S else ""
