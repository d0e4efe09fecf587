"""Web pages as documents, fetched from a site on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from web_site import Site, serving

from ifmem.core.domains import Source
from ifmem.corpus.urls import url_documents

PAGE = """\
<html><head><title>Gate hours</title></head><body><nav><a href="/">Home</a> <a href="/more">More things</a></nav>
<article><h1>Gate hours</h1>
<p>The gate of the harbour opens at dawn and closes one hour after dusk on every day of the week.</p>
<h2>Winter</h2><p>In winter the gate stays closed on {day}, since the keeper has to paint the buoys then.</p>
<table><tr><th>Day</th><th>Hours</th></tr><tr><td>Sunday</td><td>9-12</td></tr></table>
</article><footer>Copyright of nobody</footer></body></html>
"""
NOW = 1_795_272_840.0  # Saturday, 2026-11-21 14:54 UTC


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class Reader:
    """A `url` source of pages on loopback, which it allows, read at a time that the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = Source("url", timeout_s=5.0, max_bytes=20_000, allow_private=True)

    def read(self, *urls: str, at: float = NOW, **changes: object) -> tuple[dict[str, str], dict[str, str]]:
        """Texts and reasons for being left out, by path."""
        source = replace(self.source, urls=urls, **changes)  # type: ignore[arg-type]
        documents, left_out = url_documents(source, self.folder, now=lambda: at)
        return {document.path: document.text for document in documents}, dict(left_out)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "web")


def test_a_page_is_its_readable_text_with_its_address_and_day(site: Site, reader: Reader) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    texts, left_out = reader.read(url)
    assert left_out == {}
    assert texts[url].startswith(f"{url}, fetched Saturday, 2026-11-21 14:54 UTC\n\n# Gate hours\n")
    assert "closed on Mondays" in texts[url] and "| Sunday | 9-12 |" in texts[url]
    assert "More things" not in texts[url] and "Copyright" not in texts[url]


def test_a_page_that_has_not_changed_is_not_sent_again(site: Site, reader: Reader) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"), ETag='"1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    first = reader.read(url)
    assert reader.read(url, at=NOW + 86_400) == first
    headers = site.asked[-1][1]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    site.put("/gate", PAGE.format(day="Fridays"), ETag='"2"')
    texts, _ = reader.read(url, at=NOW + 86_400)
    assert "closed on Fridays" in texts[url] and "fetched Sunday, 2026-11-22" in texts[url]


def test_the_same_text_keeps_its_bytes_also_without_validators(site: Site, reader: Reader) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    first = reader.read(url)
    site.put("/gate", PAGE.format(day="Mondays") + "<!-- served at noon -->")
    assert reader.read(url, at=NOW + 86_400) == first


def test_a_page_that_cannot_be_fetched_now_is_read_from_what_was_kept_and_that_is_said(
    site: Site, reader: Reader
) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    texts, _ = reader.read(url)
    site.put("/gate", "down for repair", status=503)
    again, left_out = reader.read(url)
    assert again == texts
    assert left_out == {
        f"{url} (a newer copy)": "the server said 503 Service Unavailable; the copy of Saturday, 2026-11-21 14:54 UTC is used"
    }


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_no_longer_read(site: Site, reader: Reader, status: int) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    reader.read(url)
    site.put("/gate", "gone", status=status)
    texts, left_out = reader.read(url)
    assert texts == {} and str(status) in left_out[url]


def test_what_robots_txt_forbids_is_left_out_also_if_it_was_read_before(site: Site, reader: Reader) -> None:
    urls = [site.put(f"/{name}", PAGE.format(day="Mondays")) for name in ("open", "private/a")]
    assert set(reader.read(*urls)[0]) == set(urls)
    site.put("/robots.txt", "User-agent: ifmem\nDisallow: /private/\n", "text/plain")
    texts, left_out = reader.read(*urls)
    assert list(texts) == [urls[0]]
    assert left_out == {urls[1]: "its site's robots.txt does not allow it"}


def test_a_site_that_cannot_say_what_it_allows_is_left_alone(site: Site, reader: Reader) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    site.put("/robots.txt", "broken", status=500)
    assert "robots.txt" in reader.read(url)[1][url]
    assert "/gate" not in site.paths()


def test_robots_txt_is_asked_for_once_a_reading(site: Site, reader: Reader) -> None:
    reader.read(*(site.put(f"/{n}", PAGE.format(day="Mondays")) for n in range(3)))
    assert site.paths().count("/robots.txt") == 1


def test_private_addresses_are_refused_unless_allowed(site: Site, reader: Reader) -> None:
    url = site.put("/gate", PAGE.format(day="Mondays"))
    for named in (url, url.replace("127.0.0.1", "localhost")):
        texts, left_out = reader.read(named, allow_private=False)
        assert texts == {} and "private address" in left_out[named] and "allow_private" in left_out[named]
    assert site.asked == []


def test_a_redirect_is_followed_and_its_target_needs_permission_too(site: Site, reader: Reader) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    site.put("/new", PAGE.format(day="Mondays"))
    moved = site.put("/old", "", status=301, Location="/new")
    hidden = site.put("/way-in", "", status=302, Location="/private")
    texts, left_out = reader.read(moved, hidden)
    assert "closed on Mondays" in texts[moved]
    assert "robots.txt" in left_out[hidden] and "/private" not in site.paths()


def test_redirects_without_end_are_given_up(site: Site, reader: Reader) -> None:
    url = site.put("/round", "", status=302, Location="/round")
    assert "redirects" in reader.read(url)[1][url]
    assert site.paths().count("/round") == 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:word@127.0.0.1/x", "gopher://127.0.0.1/x"]
)
def test_a_redirect_to_something_else_than_the_web_is_refused(site: Site, reader: Reader, target: str) -> None:
    url = site.put("/away", "", status=302, Location=target)
    texts, left_out = reader.read(url)
    assert texts == {} and "not an http or https address" in left_out[url]


def test_a_page_over_the_limit_is_left_out_whole_also_if_it_was_compressed(site: Site, reader: Reader) -> None:
    plain = site.put("/plain", "word " * 10_000, "text/plain")
    packed = site.put("/packed", gzip.compress(b"word " * 1_000_000), "text/plain", Content_Encoding="gzip")
    texts, left_out = reader.read(plain, packed)
    assert texts == {}
    assert left_out == {plain: "over max_bytes (20,000)", packed: "over max_bytes (20,000)"}


def test_text_is_read_as_it_is_and_other_types_are_left_out(site: Site, reader: Reader) -> None:
    notes = site.put("/notes.md", "# Notes\n\nThe buoy is green.\n", "text/markdown; charset=utf-8")
    photo = site.put("/photo", b"\x89PNG\0", "image/png")
    empty = site.put("/empty", "<html><body><script>go()</script></body></html>")
    texts, left_out = reader.read(notes, photo, empty)
    assert texts[notes].endswith("\n\n# Notes\n\nThe buoy is green.\n")
    assert left_out[photo] == "of the type image/png, which is not text"
    assert "no readable text" in left_out[empty]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://no-such-host.invalid/", "http://[::1", "harbour", "http://a b/"]
)
def test_what_cannot_be_reached_is_left_out_with_a_reason(reader: Reader, url: str) -> None:
    texts, left_out = reader.read(url)
    assert texts == {} and left_out[url]


def test_a_server_that_never_answers_costs_no_more_than_the_time_limit(reader: Reader) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "no answer within 0.2 s" in reader.read(url, timeout_s=0.2)[1][url]
