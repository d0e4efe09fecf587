"""Web pages as documents: fetched again only if they have changed, reduced to what one would read. A page that cannot be had is listed.

When a page cannot be fetched now but could be before, what was kept of it is used, and that is listed too, unless it is gone for good.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ifmem.core.documents import Document
from ifmem.core.domains import Source
from ifmem.core.manifest import LeftOut
from ifmem.core.notes import moment
from ifmem.corpus.commands import Gathered, text_documents
from ifmem.corpus.fetching import Fetched, Fetcher, Limits, NotFetched
from ifmem.corpus.files import decode
from ifmem.corpus.robots import Robots
from ifmem.corpus.web_pages import WebPage, WebPages

HTML = frozenset({"text/html", "application/xhtml+xml"})
TEXTUAL = ("text/", "application/json", "application/xml", "application/yaml", "application/toml")
NEEDED = "reading web pages needs: pip install 'ifmem[web]'"


def url_documents(source: Source, folder: Path, *, now: Callable[[], float] = time.time) -> Gathered:
    """The pages of a `url` source, each under its address; `folder` is where they are kept meanwhile."""
    reader = _reader()
    if not reader:
        return [], [LeftOut(url, NEEDED) for url in source.urls]
    documents: list[Document] = []
    left_out: list[LeftOut] = []
    with Fetcher(Limits(source.timeout_s, source.max_bytes, source.allow_private)) as fetcher:
        reading = _Reading(fetcher, Robots(fetcher), WebPages(folder), reader, now)
        for url in dict.fromkeys(source.urls):
            page, reason = reading.read(url)
            if page is not None:
                documents += text_documents(url, _text(page))[0]
            if reason:
                left_out.append(LeftOut(f"{url} (a newer copy)" if page else url, reason))
    return documents, left_out


@dataclass(frozen=True)
class _Reading:
    fetcher: Fetcher
    robots: Robots
    pages: WebPages
    reader: str
    now: Callable[[], float]

    def read(self, url: str) -> tuple[WebPage | None, str]:
        """The page as it is now, or as it was when it could last be fetched; and why it could not be fetched now."""
        kept = self.pages.find(url)
        validators = kept.validators if kept and kept.reader == self.reader else {}
        try:
            fetched = self.fetcher.get(url, validators, permitted=self.robots.permitted)
            if kept and fetched.status == 304:
                return kept, ""
            page = self._page(url, fetched)
        except NotFetched as error:
            if kept is None or error.gone:
                return None, str(error)
            return kept, f"{error}; the copy of {moment(kept.fetched_at)} is used"
        if kept and kept.text == page.text:
            # Nothing to read has changed, and no page of the shard need change.
            page = replace(page, fetched_at=kept.fetched_at)
        self.pages.keep(page)
        return page, ""

    def _page(self, url: str, fetched: Fetched) -> WebPage:
        headers = fetched.headers
        text = readable(fetched)
        return WebPage(url, text, headers.get("etag", ""), headers.get("last-modified", ""), self.now(), self.reader)


def readable(fetched: Fetched) -> str:
    """What a person would read of the page, as Markdown. Raises NotFetched if there is nothing."""
    kind = fetched.content_type
    if kind in HTML:
        return _readable_html(fetched)
    if kind and not kind.startswith(TEXTUAL):
        raise NotFetched(f"of the type {kind}, which is not text")
    text = decode(fetched.content)
    if not text or not text.strip():
        raise NotFetched("empty" if text is not None else "not text in an encoding that could be recognised")
    return text


def _readable_html(fetched: Fetched) -> str:
    from trafilatura import extract, extract_metadata

    told = extract(
        fetched.content, url=fetched.url, output_format="markdown", include_comments=False, include_formatting=True
    )
    if not told:
        raise NotFetched("no readable text in it; it may be made by a script in a browser")
    title = extract_metadata(decode(fetched.content) or "").title or ""
    return told if not title or told.startswith(f"# {title}") else f"# {title}\n\n{told}"


def _text(page: WebPage) -> str:
    return f"{page.url}, fetched {moment(page.fetched_at)}\n\n{page.text.strip()}\n"


def _reader() -> str:
    """The library that makes text of pages, with its version; nothing if it is not installed."""
    try:
        version("protego")
        return f"trafilatura {version('trafilatura')}"
    except PackageNotFoundError:
        return ""
