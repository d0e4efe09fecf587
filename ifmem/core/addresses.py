"""Server addresses as people, logs and `--json` may see them: without secrets."""

from __future__ import annotations

import re


def masked(url: str) -> str:
    """A server address without its password, and without a user name that stands alone (it may be a token)."""
    url = re.sub(r"://(?:([^:@/]*):.*|[^/]*)@", lambda found: f"://{found[1] + ':' if found[1] else ''}***@", url)
    return re.sub(r"(?i)([?&]password=)[^&#]*", r"\1***", url)
