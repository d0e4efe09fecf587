"""When what lies over a page is frozen into pages; `rearranging` does it. Pure.

A page that is in a vendor's cache is worth keeping: freezing it anew writes all of it again, at more than ten times what reading costs.
It pays once the questions to come would read that often what the layers say twice: text that the page has in an older form. What is
new behind a page is said once, there as in a page of its own; when the two together become too long it is set apart, and the page
stays. A page that is in no cache is written at its next question anyway: then its layers are in the way for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ifmem.core.amendments import Amendment
from ifmem.core.cache_rules import LOOK_BACK
from ifmem.core.overlays import Place, View
from ifmem.core.pages import TABLE_TOKENS_PER_DOCUMENT
from ifmem.core.rearranging import new_behind
from ifmem.core.tokens import CHARACTERS_PER_TOKEN, estimate_tokens

WRITE, READ = 1.25, 0.1  # what a cached token costs to write and to read, in prices of one that is not
QUESTIONS = 50  # expected to read the layers as they are
WORTH_A_FILE = 0.02  # of a page: less is not worth writing and indexing it again
WORTH_A_PAGE = 0.15  # of the size that pages are cut to: less is not worth routing to
GROWN = 2  # times that size: a page that has become as long with its layers is no longer read as one
AROUND_TOKENS = 40  # what stands around an amendment in a prompt

FREEZE, SET_APART = "freeze", "set apart"


@dataclass(frozen=True)
class Burden:
    """A page and what lies over it, in estimated tokens. `overlay` is what a model reads of the layers, in so many `blocks`; of it `new` is
    the present text of documents that the page does not hold. `growth` is by how much the present text is longer than the page."""

    page: int
    overlay: int = 0
    blocks: int = 0
    new: int = 0
    growth: int = 0

    @property
    def whole(self) -> int:
        return self.page + self.overlay

    @property
    def repeated(self) -> int:
        """What would not be read if the page were frozen anew."""
        return self.overlay - self.growth


def burden_of(view: View, home: str, page_tokens: int) -> Burden:
    """What lies over one page of `page_tokens`."""
    amendments = view.amendments.get(home, ())
    if not amendments:
        return Burden(page_tokens)
    told = view.told_of(home)
    new = sum(_tokens(view.places[path]) for path in new_behind(view, home))
    growth = sum(_tokens(view.places.get(path, ())) - _tokens(view.frozen.get(path, ())) for path in told)
    return Burden(page_tokens, tokens_of(amendments), len(amendments), new, growth)


def tokens_of(amendments: Iterable[Amendment]) -> int:
    """What a model reads of them, estimated."""
    return sum(AROUND_TOKENS + sum(estimate_tokens(part.text) for part in one.shown) for one in amendments)


def step_due(over: Burden, budget: int, *, cached: bool, most: int | None = None) -> str:
    """Whether a page should be frozen anew (`FREEZE`), or what is new behind it set apart (`SET_APART`); empty if neither.

    `cached`: a vendor holds the page. `budget` is the size that pages are cut to, `most` what a page and its layers together may have, if
    the model limits that.
    """
    if not over.blocks:
        return ""
    longest = min(GROWN * budget, most) if most is not None else GROWN * budget
    too_long = over.whole > longest
    if not cached:
        return FREEZE if too_long or over.blocks > LOOK_BACK or over.overlay >= WORTH_A_FILE * over.page else ""
    if over.repeated * READ * QUESTIONS > (over.page + over.growth) * (WRITE - READ):
        return FREEZE
    if too_long:
        return SET_APART if over.new >= WORTH_A_PAGE * budget and over.whole - over.new <= longest else FREEZE
    return ""


def _tokens(places: Sequence[Place]) -> int:
    """A document's tokens, by its size: nothing is read."""
    return sum(TABLE_TOKENS_PER_DOCUMENT + math.ceil(place.entry.length / CHARACTERS_PER_TOKEN) for place in places)
