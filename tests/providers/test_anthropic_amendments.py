"""Behind a page stands what changed, and little else; a citation of older text gives the lines that stand there now, or nothing."""

from __future__ import annotations

from types import SimpleNamespace

from ifmem.core.documents import Citation, Document
from ifmem.core.overlays import Layer, View
from ifmem.core.pages import page_of
from ifmem.providers.anthropic_prompt import Laid, lay_out_amendments, lay_out_page
from ifmem.providers.contract import Request
from ifmem.providers.numbered_prompt import lay_out

LINES = [f"line {n} of the log\n" for n in range(1, 41)]
PAGE = page_of([Document("log.md", "".join(LINES), "1"), Document("other.md", "another text\n", "2")])


def changed(
    view: View, *documents: Document, gone: tuple[str, ...] = (), moved: tuple[tuple[str, str], ...] = ()
) -> View:
    return View(view.pages, (*view.layers, Layer(PAGE.digest, page_of(documents), gone, moved)))


def log(*lines: str, sha256: str = "9", path: str = "log.md") -> Document:
    return Document(path, "".join(lines), sha256)


VIEW = View((PAGE,))
GROWN = changed(VIEW, log(*LINES[:4], "line 5 is new\n", "and so is this\n", *LINES[5:]))


def laid(view: View) -> Laid:
    return lay_out_page(PAGE, "5m").then(lay_out_amendments(view.amendments[PAGE.digest], "5m"))


def cited(view: View, document: int, block: int) -> Citation | None:
    found = laid(view).cited(
        SimpleNamespace(document_index=document, start_block_index=block, end_block_index=block + 1)
    )
    return found[0] if found else None


def test_only_the_change_and_what_is_around_it_is_sent() -> None:
    (block,) = lay_out_amendments(GROWN.amendments[PAGE.digest], "5m").blocks
    said = "".join(part["text"] for part in block["source"]["content"])
    assert said == "".join([*LINES[1:4], "line 5 is new\n", "and so is this\n", *LINES[5:8]])
    assert block["context"].startswith(
        "Newer text of this file, with present line numbers. Lines 5 of its earlier text"
    )
    assert block["cache_control"] == {"type": "ephemeral", "ttl": "5m"}


def test_what_was_sent_before_is_sent_the_same_again() -> None:
    later = changed(GROWN, log(*LINES, sha256="10"))
    before, after = laid(GROWN).blocks, laid(later).blocks
    assert [{**block, "cache_control": 0} for block in after[: len(before)]] == [
        {**block, "cache_control": 0} for block in before
    ]
    assert len(after) == len(before) + 1


def test_older_text_is_cited_where_it_stands_now() -> None:
    place = cited(GROWN, 0, 1)
    assert place is not None
    assert (place.start_line, place.end_line, place.sha256) == (10, 17, "9")
    assert place.quote == "".join(LINES[8:16]).removesuffix("\n")


def test_older_text_that_was_replaced_is_not_cited() -> None:
    assert cited(GROWN, 0, 0) is None


def test_new_text_is_cited_with_its_own_lines() -> None:
    place = cited(GROWN, 2, 0)
    assert place is not None
    assert (place.path, place.start_line, place.sha256) == ("log.md", 2, "9")
    assert "line 5 is new" in place.quote


def test_a_renamed_file_is_cited_under_its_new_name() -> None:
    renamed = changed(VIEW, log(*LINES, sha256="1", path="journal.md"), moved=(("log.md", "journal.md"),))
    place = cited(renamed, 0, 0)
    assert place is not None
    assert place.place == "journal.md:1-8"
    (block,) = lay_out_amendments(renamed.amendments[PAGE.digest], "5m").blocks
    assert block["source"]["content"] == [
        {"type": "text", "text": "This file was called log.md before. Its text is the same."}
    ]


def test_a_removed_file_is_not_cited() -> None:
    assert cited(changed(VIEW, gone=("log.md",)), 0, 0) is None
    assert cited(changed(VIEW, gone=("log.md",)), 1, 0) is not None


def test_numbered_lines_are_those_of_the_file_now() -> None:
    request = Request("Which?", "", (PAGE,), amendments=GROWN.amendments)
    _, changes = lay_out(request, PAGE, (), "Which?").read
    assert changes.startswith("=== log.md === (Newer text of this file")
    assert "5| line 5 is new\n6| and so is this\n7| line 6 of the log\n" in changes
