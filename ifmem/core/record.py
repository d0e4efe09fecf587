"""What every value that travels has in common: it is frozen, and it is JSON on the way. A record never holds a connection.

Every record reads its own JSON back and ignores fields it does not know, so that a newer process may add some.
Times are seconds since the epoch (UTC) unless a name says otherwise; durations name their unit.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import Any, Self

_ENCODER = json.JSONEncoder(default=vars, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Record:
    """A frozen value with JSON in and out."""

    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(self.to_json())
        return {"schema": plain["schema"], **plain} if "schema" in plain else plain

    def to_json(self) -> str:
        return _ENCODER.encode(self.__dict__)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in values.items() if name in known})


def new_id(prefix: str) -> str:
    """A sortable unique id: `q_` for queries, `f_` for findings; the specification calls them q_001, uuid."""
    return f"{prefix}_{int(time.time() * 1000):011x}{os.urandom(5).hex()}"
