"""What one shard holds, and what it does not and why: the account that `ifmem corpus` prints. Pure.

Over the manifests of all shards every file of the folder is in `entries` or in `left_out`, exactly once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ifmem.core.pages import Page, tokens_in_page
from ifmem.core.records import Document, Record

FORMAT = 1
LOG = "git:log/"


class LeftOut(NamedTuple):
    """A file, folder or command that was not loaded, and why."""

    path: str
    reason: str


class Held(NamedTuple):
    """A loaded document: `tokens` is an estimate, `pages` are places in `Manifest.pages`, in the order of the document's parts."""

    path: str
    sha256: str
    lines: int
    tokens: int
    parts: int
    pages: tuple[int, ...]


class PageFacts(NamedTuple):
    """A page as the manifest names it; `size` is in bytes and betrays a file that was cut short."""

    digest: str
    tokens: int
    documents: int
    size: int


@dataclass(frozen=True)
class Manifest(Record):
    """One shard's account. `version` changes with the pages, `fingerprint` with anything that could change them."""

    shard: str
    version: str
    fingerprint: str
    entries: tuple[Held, ...]
    pages: tuple[PageFacts, ...]
    left_out: tuple[LeftOut, ...]
    made_at: float
    format: int = FORMAT

    @property
    def tokens(self) -> int:
        return sum(page.tokens for page in self.pages)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Raises ValueError for another format's manifest, KeyError or TypeError for one that is none."""
        if values["format"] != FORMAT:
            raise ValueError(f"not a manifest of format {FORMAT}")
        rows = {
            "entries": tuple(_held_from(*row) for row in values["entries"]),
            "pages": tuple(PageFacts(*row) for row in values["pages"]),
            "left_out": tuple(LeftOut(*row) for row in values["left_out"]),
        }
        return super().from_dict({**values, **rows})


def manifest_of(
    shard: str,
    fingerprint: str,
    documents: Sequence[Document],
    pages: Sequence[Page],
    left_out: Iterable[LeftOut],
    *,
    made_at: float,
) -> Manifest:
    """The account of `documents`, which were cut into `pages`."""
    placed = defaultdict(list)
    for number, page in enumerate(pages):
        for row in page.table:
            placed[row.path].append(number)
    return Manifest(
        shard=shard,
        version=version_of(page.digest for page in pages),
        fingerprint=fingerprint,
        entries=tuple(_held(document, placed[document.path]) for document in sorted(documents, key=lambda d: d.path)),
        pages=tuple(PageFacts(page.digest, page.tokens, len(page.table), len(page.data)) for page in pages),
        left_out=tuple(sorted(left_out)),
        made_at=made_at,
    )


def version_of(digests: Iterable[str]) -> str:
    """Which text a shard answers from: equal for equal pages in equal order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def _held(document: Document, pages: Sequence[int]) -> Held:
    lines = document.text.count("\n") + (not document.text.endswith("\n") and bool(document.text))
    return Held(document.path, document.sha256, lines, tokens_in_page(document), len(pages), tuple(pages))


def _held_from(path: str, sha256: str, lines: int, tokens: int, parts: int, pages: list[int]) -> Held:
    return Held(path, sha256, lines, tokens, parts, tuple(pages))


def fit(documents: Iterable[Document], capacity_tokens: int) -> tuple[list[Document], list[LeftOut]]:
    """The documents a shard has room for, and the others with the reason.

    Whole documents, by path, and after them the git log from its newest end; one that no longer fits does not keep out a smaller
    one behind it.
    """
    kept, left_out, used = [], [], 0
    for document in _by_worth(documents):
        cost = tokens_in_page(document)
        if used + cost > capacity_tokens:
            left_out.append(LeftOut(document.path, f"over the shard's capacity of {capacity_tokens:,} tokens"))
            continue
        used += cost
        kept.append(document)
    return kept, left_out


def _by_worth(documents: Iterable[Document]) -> list[Document]:
    ordered = sorted(documents, key=lambda d: d.path)
    log = [document for document in ordered if document.path.startswith(LOG)]
    return [document for document in ordered if not document.path.startswith(LOG)] + log[::-1]
