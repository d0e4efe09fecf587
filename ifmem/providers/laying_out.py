"""The part of a Claude request that does not change from question to question, kept as long as it is asked for."""

from __future__ import annotations

from ifmem.core.pages import Page
from ifmem.providers.anthropic_prompt import Laid, lay_out_amendments, lay_out_overlay, lay_out_page
from ifmem.providers.asking import newer_of
from ifmem.providers.contract import Request

KEPT_PAGES = 32


class Layouts:
    """Pages laid out; the one not asked for longest makes room. `ttl` is the life that their breakpoints ask for."""

    def __init__(self, ttl: str) -> None:
        self._ttl = ttl
        self._kept: dict[str, Laid] = {}

    def of(self, request: Request, page: Page | None) -> Laid:
        """A page and what changed since it was frozen."""
        return self.of_page(page).then(self._changes(request, page))

    def of_page(self, page: Page | None) -> Laid:
        if page is None:
            return Laid()
        laid = self._kept.pop(page.digest, None) or lay_out_page(page, self._ttl)
        self._kept[page.digest] = laid  # at the end: the first is the one not asked for longest
        if len(self._kept) > KEPT_PAGES:
            del self._kept[next(iter(self._kept))]
        return laid

    def _changes(self, request: Request, page: Page | None) -> Laid:
        """By the page's amendments where there are any, else as whole documents."""
        if page is not None and request.amendments:
            return lay_out_amendments(request.amendments.get(page.digest, ()), self._ttl)
        return lay_out_overlay(newer_of(request, page), self._ttl)


def changed_texts(request: Request, page: Page | None) -> list[str]:
    """The text that is read behind the page."""
    if page is not None and request.amendments:
        return [part.text for one in request.amendments.get(page.digest, ()) for part in one.shown]
    return [one.text for one in request.overlay]
