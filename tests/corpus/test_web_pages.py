"""What is kept of a web page between two readings."""

from __future__ import annotations

from pathlib import Path

from ifmem.corpus.web_pages import WebPage, WebPages

PAGE = WebPage("https://example.invalid/a?b", "The gate \u2028 opens.\n", '"1"', "", 1_795_272_840.0, "reader 1")


def test_a_page_is_found_again_by_its_address(tmp_path: Path) -> None:
    pages = WebPages(tmp_path / "web")
    assert pages.find(PAGE.url) is None
    pages.keep(PAGE)
    assert WebPages(tmp_path / "web").find(PAGE.url) == PAGE
    assert pages.find(PAGE.url + "c") is None
    assert len(list((tmp_path / "web").iterdir())) == 1


def test_only_validators_that_the_server_gave_are_sent() -> None:
    assert PAGE.validators == {"if-none-match": '"1"'}


def test_a_damaged_file_is_no_page(tmp_path: Path) -> None:
    pages = WebPages(tmp_path)
    pages.keep(PAGE)
    for content in ("", "[]", '{"url": "x"}', "\0"):
        next(tmp_path.iterdir()).write_text(content)
        assert pages.find(PAGE.url) is None


def test_a_place_that_cannot_be_written_only_costs_the_next_reading(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pages = WebPages(tmp_path / "file")
    pages.keep(PAGE)
    assert pages.find(PAGE.url) is None
