"""The classes of citations, in words. `core.citations` says which is which; who shows them needs no more than this."""

from __future__ import annotations

VERIFIED, MOVED, WRONG_FILE, STALE = "verified", "moved", "wrong file", "stale"
STITCHED, INVENTED, NOT_FOUND = "stitched", "invented", "not found"
STANDING = frozenset({VERIFIED, MOVED, WRONG_FILE, STALE})
