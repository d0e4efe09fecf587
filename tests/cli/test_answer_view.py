from __future__ import annotations

import pytest

from ifmem.cli.answer_view import answer_text, receipt
from ifmem.core.documents import Citation

from .fakes import an_answer


def lines(*citations: Citation, **fields: object) -> list[str]:
    return list(receipt(an_answer(citations=citations, **fields), verbose=False))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("verified", "verified"),
        ("moved", "moved"),
        ("wrong file", "wrong file (repaired)"),
        ("stale", "stale (the file has changed since it was read)"),
        ("stitched", "stitched (joined from several places)"),
        ("invented", "invented (it stands nowhere)"),
        ("not found", "not found (it stands nowhere)"),
        ("of\x1b a later version", "of a later version"),
    ],
)
def test_each_source_says_what_became_of_its_quote(kind: str, said: str) -> None:
    assert lines(Citation("a.md", 3, 4, "so", shard="docs", verification=kind))[0] == f"  a.md:3-4  {said}  docs"


def test_quotes_without_one_that_stands_are_no_answer() -> None:
    failed = Citation("a.md", 3, 4, "so", shard="docs", verification="invented")
    assert "not found: nothing that this quotes stands in the loaded text" in lines(failed, found=False)
    assert not any("not found" in line for line in lines(found=False))


def test_notes_and_an_unknown_price_are_said() -> None:
    shown = lines(notes=("docs answered extractively:\x1b the budget is spent",), cost_usd=None)
    assert "docs answered extractively: the budget is spent" in shown
    assert "cost unknown" in shown[-1]


def test_an_empty_answer_is_put_into_words() -> None:
    assert answer_text(an_answer("", found=False)) == "Not found: nothing that is loaded answers this."
    assert answer_text(an_answer("Here.\n")) == "Here."
