from __future__ import annotations

import pytest

from ifmem.core.documents import Document
from ifmem.core.manifest import LeftOut, Manifest
from ifmem.core.pages import cut_pages, tokens_in_page
from ifmem.core.stocktaking import fit, manifest_of


def document(path: str, text: str = "one\ntwo\n") -> Document:
    return Document(path, text, f"sha of {path}")


def manifest(documents: list[Document], budget: int = 60) -> Manifest:
    left_out = [LeftOut("z", "binary"), LeftOut("b", "unknown type")]
    return manifest_of("docs", "print", documents, cut_pages(documents, budget), left_out, made_at=5.0)


def test_accounts_for_every_document_and_where_it_is() -> None:
    long = document("b.md", "a line of text\n" * 20)
    made = manifest([document("c.md"), long, document("a.md")])
    assert [held.path for held in made.entries] == ["a.md", "b.md", "c.md"]
    assert [(held.lines, held.parts) for held in made.entries] == [(2, 1), (20, 4), (2, 1)]
    assert made.entries[1].pages == (1, 2, 3, 4)
    assert sum(page.documents for page in made.pages) == 6
    assert made.left_out == (LeftOut("b", "unknown type"), LeftOut("z", "binary"))
    assert made.tokens == sum(page.tokens for page in made.pages)


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n", 1)])
def test_counts_lines_as_an_editor_does(text: str, lines: int) -> None:
    assert manifest([document("a", text)]).entries[0].lines == lines == len(document("a", text).lines())


def test_the_version_follows_the_text_and_nothing_else() -> None:
    first = manifest([document("a.md")])
    assert manifest_of("x", "y", [], cut_pages([document("a.md")], 60), [], made_at=9.0).version == first.version
    assert manifest([document("a.md", "changed\n")]).version != first.version


def test_what_does_not_fit_is_left_out_whole_and_the_newest_log_is_kept() -> None:
    log = [document(f"git:log/{n:05}-{n + 199:05}") for n in (1, 201, 401)]
    large, small = document("a-large.md", "x" * 5_000), document("b-small.md")
    room = 3 * tokens_in_page(small)
    kept, left_out = fit([*log, small, large], room)
    assert [one.path for one in kept] == ["b-small.md", "git:log/00401-00600", "git:log/00201-00400"]
    reason = f"over the shard's capacity of {room:,} tokens"
    assert left_out == [LeftOut("a-large.md", reason), LeftOut("git:log/00001-00200", reason)]
