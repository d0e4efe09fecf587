"""Remembered sessions on disk: Markdown under `.ifmem/history/`, named by day, agent and session, so that the path alone says much.

The same transcript is kept once. A transcript that has grown since (agents append to theirs) takes the place of what was kept of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ifmem.core.sessions import Session, day, parts
from ifmem.errors import IfmemError
from ifmem.stores.staging import staged

NEW, GROWN, KNOWN = "new", "changed", "known"


@dataclass(frozen=True)
class Remembered:
    """A kept session: `state` is `new`, `changed` (it replaced an earlier version) or `known` (nothing was done)."""

    source: str
    agent: str
    day: str
    utterances: int
    paths: tuple[str, ...]
    state: str


class Sessions:
    """The sessions of one memory."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def keep(self, session: Session, source: str, content: bytes, modified_at: float) -> Remembered:
        """Put a session of the transcript `source` down. Raises IfmemError if it cannot be written."""
        digest = hashlib.sha256(content).hexdigest()
        began = day(session.began_at(modified_at))
        mark = hashlib.sha256((session.id or digest).encode()).hexdigest()[:10]
        agent = re.sub(r"[^a-z0-9]+", "-", session.agent.lower()).strip("-")
        stem = f"{began}-{agent}-{mark}"
        earlier = sorted(self._folder.glob(f"*-{mark}*.md"))
        texts = parts(session, source, digest, modified_at, self._max_bytes)
        names = [f"{stem}.md", *(f"{stem}-part{number}.md" for number in range(2, len(texts) + 1))]
        state = KNOWN if self._holds(earlier, digest) else GROWN if earlier else NEW
        if state != KNOWN:
            self._replace(earlier, dict(zip(names, texts, strict=True)))
        kept = [path.name for path in earlier] if state == KNOWN else names
        return Remembered(source, session.agent, began, len(session.utterances), tuple(kept), state)

    def _holds(self, paths: Sequence[Path], digest: str) -> bool:
        return any(f"sha256 {digest}." in path.read_text(encoding="utf-8", errors="replace") for path in paths)

    def _replace(self, earlier: Sequence[Path], texts: dict[str, str]) -> None:
        try:
            for name, text in texts.items():
                with staged(self._folder, text.encode("utf-8", errors="replace")) as whole:
                    whole.replace(self._folder / name)
            for path in earlier:
                if path.name not in texts:
                    path.unlink()
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise IfmemError(f"cannot write in {self._folder}.", why=why) from None
