"""Makes the account of what a shard holds (`core.manifest`): what there is room for, and where each document stands."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ifmem.core.documents import Document
from ifmem.core.manifest import LOG, Held, LeftOut, Manifest, PageFacts, Passed
from ifmem.core.pages import Page, tokens_in_page

_NO_STAMPS: Mapping[str, tuple[int, tuple[int, ...]]] = {}


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


def manifest_of(
    shard: str,
    fingerprint: str,
    documents: Sequence[Document],
    pages: Sequence[Page],
    left_out: Iterable[LeftOut],
    *,
    made_at: float,
    counted_by: str = "",
    stamps: Mapping[str, tuple[int, tuple[int, ...]]] = _NO_STAMPS,
    shape: str = "",
    budget: int = 0,
    head: str = "",
) -> Manifest:
    """The account of `documents`, which were cut into `pages`. `stamps` has the size and stamp of each file."""
    placed = defaultdict(list)
    for number, page in enumerate(pages):
        for row in page.table:
            placed[row.path].append(number)
    return Manifest(
        shard=shard,
        version=version_of(page.digest for page in pages),
        fingerprint=fingerprint,
        entries=tuple(
            held(document, placed[document.path], *stamps.get(document.path, ()))
            for document in sorted(documents, key=lambda d: d.path)
        ),
        pages=tuple(PageFacts(page.digest, page.tokens, len(page.table), len(page.data)) for page in pages),
        left_out=tuple(sorted(left_out)),
        made_at=made_at,
        counted_by=counted_by,
        shape=shape,
        budget=budget,
        head=head,
        passed=tuple(Passed(path, *facts) for path, facts in stamps.items() if path not in placed),
    )


def version_of(digests: Iterable[str]) -> str:
    """Which text a shard answers from: equal for equal pages in equal order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def held(document: Document, pages: Sequence[int], size: int = 0, stamp: tuple[int, ...] = ()) -> Held:
    """The account of a whole document that stands in these pages."""
    lines = document.text.count("\n") + (not document.text.endswith("\n") and bool(document.text))
    cost = tokens_in_page(document)
    return Held(document.path, document.sha256, lines, cost, len(pages), tuple(pages), size, stamp, document.masked)
