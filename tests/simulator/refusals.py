"""Errors in the vendor's form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.loopback import HttpReply

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    529: "overloaded_error",
}


@dataclass
class Refused(Exception):
    """A request that gets an error instead of a message. `code` is the vendor's `error_code`."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""

    def reply(self) -> HttpReply:
        body = error_body(KINDS[self.status], self.message, self.code)
        return HttpReply(self.status, json.dumps(body).encode(), {"request-id": "req_simulated", **self.headers})


def error_body(kind: str, message: str, code: str = "") -> dict[str, Any]:
    details = {"details": {"error_code": code}} if code else {}
    return {"type": "error", "error": {"type": kind, "message": message, **details}, "request_id": "req_simulated"}


def demand(holds: bool, message: str) -> None:
    """Refuse a request as malformed unless `holds`."""
    if not holds:
        raise Refused(400, message)
