"""How old an answer's evidence is, and what others are told when a shard's text changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ifmem.core.citations import stands
from ifmem.core.documents import Citation
from ifmem.core.manifest import Manifest
from ifmem.core.overlays import View
from ifmem.core.verification import STALE

CHANGED = "changed"  # the kind of such an event, among findings
NAMED = 5  # paths in a note


def changed_since(citations: Iterable[Citation], now: View) -> str:
    """Says which evidence is no longer what it was when it was read; empty if all of it is."""
    paths = dict.fromkeys(one.path for one in citations if stands(one) and _has_changed(one, now))
    if not paths:
        return ""
    named = ", ".join(list(paths)[:NAMED]) + (f" and {len(paths) - NAMED} more" if len(paths) > NAMED else "")
    return f"the evidence changed after it was read: {named}; ask again for what it says now"


def _has_changed(citation: Citation, now: View) -> bool:
    if citation.verification == STALE:
        return True
    places = now.places.get(citation.path)
    return bool(places) and citation.sha256 not in {place.entry.sha256 for place in places or ()}


def change_of(shard: str, before: Manifest, after: Manifest) -> dict[str, Any]:
    """The event that other shards and workers hear of: which documents have another text now, and which are gone."""
    then = {entry.path: entry.sha256 for entry in before.entries}
    now = {entry.path: entry.sha256 for entry in after.entries}
    return {
        "kind": CHANGED,
        "shard": shard,
        "version": after.version,
        "before": before.version,
        "changed": sorted(path for path, sha256 in now.items() if then.get(path) != sha256),
        "gone": sorted(then.keys() - now.keys()),
    }
