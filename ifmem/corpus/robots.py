"""What the owner of a site allows programs to fetch: its robots.txt, read as RFC 9309 says."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from ifmem.corpus.fetching import AGENT, Fetcher, NotFetched


class Rules(Protocol):
    def can_fetch(self, url: str, user_agent: str) -> bool: ...


class Robots:
    """The rules of each site, fetched once in its life."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._known: dict[str, Rules | NotFetched] = {}

    def permitted(self, url: str) -> None:
        """Raises NotFetched if the site does not allow this page, or cannot say whether it does."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._known:
            self._known[site] = self._rules(site)
        rules = self._known[site]
        if isinstance(rules, NotFetched):
            raise rules
        if not rules.can_fetch(url, AGENT):
            raise NotFetched("its site's robots.txt does not allow it", gone=True)

    def _rules(self, site: str) -> Rules | NotFetched:
        """No such file allows everything; a site that fails to answer allows nothing."""
        from protego import Protego

        try:
            content = self._fetcher.get(f"{site}/robots.txt").content
        except NotFetched as error:
            if not 400 <= error.status < 500:
                return NotFetched(f"its site's robots.txt: {error}")
            content = b""
        rules: Rules = Protego.parse(content.decode("utf-8", errors="replace"))
        return rules
