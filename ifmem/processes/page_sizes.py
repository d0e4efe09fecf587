"""What limits the size of a shard's pages: the setting, its model's price step or window, and the vendor's count of what was cut.

Which sizes follow from that is decided in `core.page_size`. A page that the vendor has counted once is not counted again, and what was
really billed for it counts more than any count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.domains import Domain
from ifmem.core.page_size import Room, densest, page_budget, page_limit
from ifmem.core.pages import Page, cut_pages
from ifmem.core.prices import model_named
from ifmem.core.tokens import estimate_tokens
from ifmem.providers.choice import EXTRACTIVE, chosen, key_for, setting, settings_for
from ifmem.stores.archive import Archive

Count = Callable[[Sequence[Page]], Sequence[int] | None]
Known = Mapping[str, int]  # what a page counts, by its digest
MOST_CUTS = 4  # a page of one endless line does not get smaller
BILLED = 500  # findings looked through for what pages were billed at


@dataclass(frozen=True)
class Sizing:
    """`most` and `budget` are sizes by our estimate, `limit` one by the vendor's count (None: nothing but `most` limits a page).

    `count` asks the vendor; without it, or while it gives None, estimates stand.
    """

    most: int
    model: str = ""
    limit: int | None = None
    count: Count | None = None

    @property
    def budget(self) -> int:
        return self.most if self.limit is None else page_budget(self.limit, self.most)

    def fits(self, pages: Sequence[Page]) -> bool:
        return self.limit is None or all(page.tokens <= self.limit for page in pages)

    def measured(self, pages: Sequence[Page], known: Known) -> list[Page] | None:
        """The pages with their counted sizes; None if not all of them could be counted."""
        new = [page for page in pages if page.digest not in known]
        counts = self.count(new) if self.count and new else ()
        if self.count is None or counts is None:
            return None
        sizes = {**known, **{page.digest: size for page, size in zip(new, counts, strict=True)}}
        return [replace(page, tokens=sizes[page.digest]) for page in pages]


def model_of(domain: Domain, config: Config) -> str:
    """The model that reads the domain's pages, or would if there were a key; empty for an extractive or unknown reader."""
    name = domain.provider if domain.provider != "auto" else config.provider
    vendor, _, model = name.partition(":")
    if vendor in (EXTRACTIVE, "python"):
        return ""
    return model or str(setting(domain.name, config, "model"))


def sizing_of(domain: Domain, config: Config, window: int | None = None) -> Sizing:
    """How large the domain's pages may be, without asking anyone. `window` is what the vendor has said of the model."""
    model = model_of(domain, config)
    if not model:
        return Sizing(config.page_tokens)
    limit = page_limit(model_named(model), Room(estimate_tokens(domain.instructions)), window)
    return Sizing(config.page_tokens, model, limit)


def counted_sizing(domain: Domain, config: Config) -> Sizing:
    """The sizing with what the vendor says of the model, and with its count where it reads pages in its own form.

    Raises IfmemError for a key that is refused, a model that does not exist, an address that is no such server.
    """
    if chosen(domain, config).partition(":")[0] != "anthropic":
        return sizing_of(domain, config)
    from ifmem.providers.anthropic_models import count_pages, look_up

    key = key_for("anthropic", domain.name, config)
    settings = settings_for(domain.name, config, model_of(domain, config))
    facts = asyncio.run(look_up(key, settings))
    sizing = sizing_of(domain, config, facts.max_input_tokens if facts else None)
    form = setting(domain.name, config, "citations")
    native = form == "native" or (form == "auto" and not setting(domain.name, config, "base_url"))
    if facts is None or not native:
        return sizing
    return replace(sizing, count=lambda pages: asyncio.run(count_pages(key, settings, pages)))


def cut_to_size(documents: Sequence[Document], sizing: Sizing, known: Known) -> tuple[list[Page], bool]:
    """Cut pages, and cut them again while the vendor counts one of them over the limit. True if their sizes were counted."""
    budget, cuts = sizing.budget, 1
    while True:
        pages = cut_pages(documents, budget)
        counted = sizing.measured(pages, known)
        if counted is None:
            return pages, False
        if sizing.limit is None or sizing.fits(counted) or cuts == MOST_CUTS:
            return counted, True
        ratio = densest((page.tokens, more.tokens) for page, more in zip(pages, counted, strict=True))
        budget, cuts = min(budget - 1, page_budget(sizing.limit, sizing.most, ratio)), cuts + 1


def billed(domain: Domain, config: Config, model: str) -> dict[str, int]:
    """What pages were billed at, by the answers of this model that wrote them into its cache: what is cached are the instructions and
    the page."""
    with Archive.reading(config.archive) as archive:
        findings = archive.findings(BILLED, shard=domain.name) if archive else []
    told = estimate_tokens(domain.instructions)
    sizes: dict[str, int] = {}
    for finding in findings:
        written, read = finding.usage.cache_write, finding.usage.cache_read
        # Written and read, both: it was asked twice.
        if finding.model == model and len(finding.pages) == 1 and written > told and not read:
            digest = finding.pages[0].digest
            # An overlay, cached behind the page, adds to it.
            sizes[digest] = min(sizes.get(digest, written), written - told)
    return sizes
