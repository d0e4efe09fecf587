"""What `ifmem doctor` finds: one value a check, each with what it means and the command that mends it. Schema 1."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from ifmem.core.answers import Answer
from ifmem.core.findings import Finding
from ifmem.core.record import Record
from ifmem.errors import IfmemError

OK, NOTE, WRONG, SKIPPED = "ok", "note", "wrong", "skipped"


@dataclass(frozen=True)
class Check(Record):
    """`state` is `ok`, `note` (nothing to mend, but worth knowing), `wrong` or `skipped`; `means` is empty where all is well."""

    name: str
    state: str
    found: str
    means: str = ""
    fix: str = ""

    @classmethod
    def failed(cls, name: str, error: IfmemError) -> Check:
        return cls(name, WRONG, error.what, error.why, error.fix)


@dataclass(frozen=True)
class Checkup(Record):
    """All checks, in the order they were made."""

    folder: str
    checks: tuple[Check, ...]
    schema: int = 1

    @property
    def healthy(self) -> bool:
        return all(check.state != WRONG for check in self.checks)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return super().from_dict({**values, "checks": tuple(Check.from_dict(one) for one in values["checks"])})


def state_digest(records: Iterable[Finding | Answer]) -> str:
    """A short name for what is remembered: equal for equal records, in whatever order and wherever they are."""
    lines = sorted(hashlib.sha256(record.to_json().encode()).hexdigest() for record in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
