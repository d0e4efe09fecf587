"""What a forked process is told: who it is, and its two pipes. Sent as JSON from the supervisor through the spawner."""

from __future__ import annotations

from dataclasses import dataclass

from ifmem.core.record import Record


@dataclass(frozen=True)
class Assignment(Record):
    """`role` is a module of this package with a `Program` class; `fresh` asks a shard to look whether its sources changed.
    `ordered_at` is when its fork was asked for (epoch seconds; 0: of no interest)."""

    role: str
    name: str
    number: int
    incarnation: int
    fresh: bool = True
    ordered_at: float = 0.0

    @property
    def label(self) -> str:
        """The queue it serves."""
        return f"shard:{self.number}" if self.number else self.name

    @property
    def title(self) -> str:
        return f"{self.number} {self.name}" if self.number else self.name
