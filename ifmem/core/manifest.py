"""What one shard holds, and what it does not and why: the account that `ifmem corpus` prints. Pure.

Over the manifests of all shards every file of the folder is in `entries` or in `left_out`, exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from ifmem.core.record import Record

FORMAT = 2
LOG = "git:log/"  # what the paths of the git log's documents begin with


class LeftOut(NamedTuple):
    """A file, folder or command that was not loaded, and why."""

    path: str
    reason: str


class Held(NamedTuple):
    """A loaded document: `tokens` is an estimate, `pages` are places in `Manifest.pages`, in the order of the document's parts.

    `size` (bytes) and `stamp` (when it changed, in nanoseconds, and its inode) are of its file; what is made of no file has no stamp.
    `masked` counts the secrets that it is loaded without.
    """

    path: str
    sha256: str
    lines: int
    tokens: int
    parts: int
    pages: tuple[int, ...]
    size: int = 0
    stamp: tuple[int, ...] = ()
    masked: int = 0


class Passed(NamedTuple):
    """A file that was left out for what is in it, and its size and stamp at that time."""

    path: str
    size: int
    stamp: tuple[int, ...]


class LayerFacts(NamedTuple):
    """A layer of changes (`core.overlays`) as the manifest names it; `digest`, `tokens`, `documents` and `size` are of its page."""

    home: str
    digest: str
    tokens: int
    documents: int
    size: int
    gone: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]


class PageFacts(NamedTuple):
    """A page as the manifest names it; `size` is in bytes and betrays a file that was cut short.

    `tokens` is what the model `Manifest.counted_by` counts, or an estimate if that names none.
    """

    digest: str
    tokens: int
    documents: int
    size: int


@dataclass(frozen=True)
class Manifest(Record):
    """One shard's account. `version` changes with the text, `fingerprint` with anything that could change it.

    `passed` are size and stamp of the files that were looked at and left out. `layers` are the changes since the pages were frozen,
    oldest first. `shape` changes with how text is chosen and cut, `budget` is the size that pages were cut to, `head` the commit that the
    git log was read at.
    """

    shard: str
    version: str
    fingerprint: str
    entries: tuple[Held, ...]
    pages: tuple[PageFacts, ...]
    left_out: tuple[LeftOut, ...]
    made_at: float
    counted_by: str = ""
    layers: tuple[LayerFacts, ...] = ()
    shape: str = ""
    budget: int = 0
    head: str = ""
    passed: tuple[Passed, ...] = ()
    format: int = FORMAT

    @property
    def tokens(self) -> int:
        return sum(page.tokens for page in self.pages) + sum(layer.tokens for layer in self.layers)

    @property
    def files(self) -> list[PageFacts | LayerFacts]:
        """Everything that it names and that has a file, the layers last."""
        return [*self.pages, *self.layers]

    @property
    def changes(self) -> int:
        """How many documents are no longer as they were frozen."""
        told = (path for layer in self.layers for path in (*layer.gone, *(old for old, _ in layer.moved)))
        return len(set(told)) + sum(layer.documents for layer in self.layers)

    def for_readers_elsewhere(self) -> Manifest:
        """The account without what was not loaded: that is nobody's affair on another machine."""
        return replace(self, left_out=(), passed=())

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Raises ValueError for another format's manifest, KeyError or TypeError for one that is none."""
        if values["format"] != FORMAT:
            raise ValueError(f"not a manifest of format {FORMAT}")
        rows = {
            "entries": tuple(_held_from(*row) for row in values["entries"]),
            "pages": tuple(PageFacts(*row) for row in values["pages"]),
            "left_out": tuple(LeftOut(*row) for row in values["left_out"]),
            "passed": tuple(Passed(path, size, tuple(stamp)) for path, size, stamp in values["passed"]),
            "layers": tuple(_layer_from(*row) for row in values["layers"]),
        }
        return super().from_dict({**values, **rows})


def _held_from(
    path: str,
    sha256: str,
    lines: int,
    tokens: int,
    parts: int,
    pages: list[int],
    size: int,
    stamp: list[int],
    *more: int,
) -> Held:
    return Held(path, sha256, lines, tokens, parts, tuple(pages), size, tuple(stamp), *more)


def _layer_from(
    home: str, digest: str, tokens: int, documents: int, size: int, gone: list[str], moved: list[list[str]]
) -> LayerFacts:
    return LayerFacts(home, digest, tokens, documents, size, tuple(gone), tuple((old, new) for old, new in moved))
