"""How fast the vendor lets us send: its rate-limit headers, read and turned into pauses. Pure; the caller has the clock and waits.

The limit is a bucket of a minute's tokens that refills evenly. Only tokens that are not read from the cache count, and what is under
way counts before the vendor has said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "anthropic-ratelimit-input-tokens"
REFILLED_IN_S = 60.0


@dataclass(frozen=True)
class Pace:
    """What may be sent at `at` (a clock of the caller, seconds), and the most that it grows to. `limit` 0: not known, no pauses."""

    limit: float = 0.0
    remaining: float = 0.0
    at: float = 0.0

    def heard(self, headers: Mapping[str, str], now: float) -> Pace:
        """With what the headers of a response say; unchanged if they say nothing, or nothing that makes sense."""
        try:
            limit, remaining = (float(headers[f"{PREFIX}-{name}"]) for name in ("limit", "remaining"))
        except (KeyError, ValueError):
            return self
        return Pace(limit, remaining, now) if limit > 0 else self

    def sent(self, tokens: int, now: float) -> Pace:
        """With that many tokens taken from what may be sent."""
        return Pace(self.limit, self._room(now) - tokens, now)

    def wait_s(self, tokens: int, now: float) -> float:
        """How long to wait before sending that many; for more than the limit, until it is full: the vendor will say what it thinks."""
        if not self.limit:
            return 0.0
        missing = min(tokens, self.limit) - self._room(now)
        return max(0.0, missing * REFILLED_IN_S / self.limit)

    def _room(self, now: float) -> float:
        return min(self.limit, self.remaining + (now - self.at) * self.limit / REFILLED_IN_S)
