"""One error type for everything a person can act on, and the exit codes it maps to.

Raised anywhere, printed in one place (`ifmem.cli.app`). The codes follow the table in README.md.
"""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit codes of the command line; a code never changes its meaning."""

    DONE = 0
    DID_NOT_HAPPEN = 1
    USAGE = 2
    NOTHING_RUNNING = 3
    CREDENTIALS = 4
    PARTIAL = 5
    COULD_NOT_BOOT = 78  # between our own processes only: a restart cannot heal it (EX_CONFIG)
    TIMED_OUT = 124
    INTERRUPTED = 130

    @classmethod
    def _missing_(cls, value: object) -> Exit:
        """What comes over the bus may be another version's: a code that is not known must not end whoever reads it."""
        return cls.DID_NOT_HAPPEN


class IfmemError(Exception):
    """What went wrong, why, and what to do about it. `fix` is the line to act on and is printed last."""

    def __init__(self, what: str, *, why: str = "", fix: str = "", exit_code: Exit = Exit.DID_NOT_HAPPEN) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.exit_code = exit_code

    def to_dict(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "exit_code": int(self.exit_code),
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> IfmemError:
        return cls(
            str(fields.get("what", "unknown error")),
            why=str(fields.get("why", "")),
            fix=str(fields.get("fix", "")),
            exit_code=Exit(fields.get("exit_code", 1)),
        )

    def to_json(self) -> str:
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> IfmemError:
        return cls.from_dict(json.loads(text))
