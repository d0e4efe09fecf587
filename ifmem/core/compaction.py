"""When the layers over a page are frozen into new pages, and what comes of it. Pure.

A page that is in a vendor's cache is worth keeping: freezing it anew writes all of it again, at more than ten times what reading costs.
It pays once the questions to come would read the layers that often. A page that is in no cache is written at its next question anyway:
then its layers are in the way for nothing.
"""

from __future__ import annotations

from dataclasses import replace

from ifmem.core.overlays import View, order_of, text_of
from ifmem.core.pages import Page, cut_pages
from ifmem.core.records import Document
from ifmem.core.tokens import estimate_tokens

WRITE, READ = 1.25, 0.1  # what a cached token costs to write and to read, in prices of one that is not
QUESTIONS = 50  # expected to read the layers as they are
LOOK_BACK = 20  # blocks: a vendor looks no further back for what it has cached of the layers
WORTH_A_FILE = 0.02  # of a page: less is not worth writing and indexing it again
AROUND_TOKENS = 40  # what stands around an amendment in a prompt


def overlay_tokens(view: View, home: str) -> int:
    """What a model reads of the layers over one page, estimated."""
    amendments = view.amendments.get(home, ())
    return sum(AROUND_TOKENS + sum(estimate_tokens(part.text) for part in one.shown) for one in amendments)


def is_due(page_tokens: int, overlay: int, blocks: int, *, cached: bool, most: int | None = None) -> bool:
    """Whether a page under layers of `overlay` tokens in so many `blocks` should be frozen anew. `cached`: a vendor holds the page;
    `most` is what the two together may have, if the model limits that."""
    if not blocks:
        return False
    if most is not None and page_tokens + overlay > most:
        return True
    if not cached:
        return blocks > LOOK_BACK or overlay >= WORTH_A_FILE * page_tokens
    carried = overlay * (READ if blocks <= LOOK_BACK else WRITE) * QUESTIONS
    return carried > (page_tokens + overlay) * (WRITE - READ)


def group_of(view: View, home: str) -> frozenset[str]:
    """The page with those that hold other parts of its documents: they are frozen together."""
    group, new = {home}, {home}
    while new:
        paths = {entry.path for page in view.pages if page.digest in new for entry in page.table if entry.parts > 1}
        sharing = {page.digest for page in view.pages if any(entry.path in paths for entry in page.table)}
        new = sharing - group
        group |= new
    return frozenset(group)


def compacted(view: View, group: frozenset[str], budget: int) -> View:
    """The same text with these pages cut anew, of at most `budget` tokens each; the other pages and their layers stay as they are."""
    paths = sorted((path for path in view.places if view.home_of(path) in group), key=order_of)
    fresh = cut_pages((_whole(view, path) for path in paths), budget)
    at = next(n for n, page in enumerate(view.pages) if page.digest in group)
    others = [page for page in view.pages if page.digest not in group]
    pages: list[Page] = [*others[:at], *fresh, *others[at:]]
    return View(tuple(pages), tuple(layer for layer in view.layers if layer.home not in group))


def _whole(view: View, path: str) -> Document:
    parts = view.at(path)
    return replace(parts[0], text=text_of(parts), first_line=1, part=1, parts=1)
