"""Until when the bus was silent, as one process sees it: a question that could not be stored meanwhile is nobody's fault."""

from __future__ import annotations

SILENT_S = 0.5  # a bus that takes longer to acknowledge a beat is silent


class Silence:
    """All times are of one clock, in seconds."""

    def __init__(self) -> None:
        self._unanswered_since: float | None = None
        self._until = 0.0

    def asked(self, now: float) -> None:
        if self._unanswered_since is None:
            self._unanswered_since = now

    def answered(self, now: float) -> None:
        self._until = self.until(now)
        self._unanswered_since = None

    def until(self, now: float) -> float:
        """When the last silence ended; `now`, if it has not."""
        silent = self._unanswered_since is not None and now - self._unanswered_since > SILENT_S
        return now if silent else self._until
