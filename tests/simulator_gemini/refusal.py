"""An error instead of a reply, and what a strict server demands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
STATUSES |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}


@dataclass
class Refusal(Exception):
    """A request that gets an error instead of a reply. `details` are the vendor's, such as how long to wait."""

    status: int
    message: str
    details: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        error = {"code": self.status, "message": self.message, "status": STATUSES.get(self.status, "UNKNOWN")}
        return {"error": {**error, "details": self.details} if self.details else error}


def demand(holds: bool, message: str) -> None:
    if not holds:
        raise Refusal(400, message)


def tokens(text: str) -> int:
    return math.ceil(len(text) / 3)
