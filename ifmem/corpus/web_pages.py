"""Pages that were fetched before, under `.ifmem/web/`: their readable text, and what a server needs to tell that nothing has changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ifmem.core.record import Record


@dataclass(frozen=True)
class WebPage(Record):
    """`etag` and `last_modified` are as the server gave them, `reader` is what made the text of it; `fetched_at`: epoch seconds of when
    this text was first there.
    """

    url: str
    text: str
    etag: str
    last_modified: str
    fetched_at: float
    reader: str

    @property
    def validators(self) -> dict[str, str]:
        """The headers that ask for the page only if it has changed."""
        wanted = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in wanted.items() if value}


class WebPages:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, url: str) -> WebPage | None:
        """The page as it was fetched last; None if it never was, or what was kept cannot be read."""
        try:
            return WebPage.from_json(self._path(url).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def keep(self, page: WebPage) -> None:
        """Put the page down for the next time. Without a place for it, it will be fetched again."""
        path = self._path(page.url)
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged.write_text(page.to_json(), encoding="utf-8", errors="replace")
            staged.replace(path)

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"
