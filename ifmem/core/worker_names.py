"""How workers are called."""

from __future__ import annotations

import re

_WORKER = re.compile(r"worker-\d+")


def worker_name(slot: int) -> str:
    """Workers take the names of a few slots in turn, each life with an incarnation of its own."""
    return f"worker-{slot}"


def is_worker(name: str) -> bool:
    return _WORKER.fullmatch(name) is not None
