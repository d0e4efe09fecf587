from __future__ import annotations

import pytest

from ifmem.core.documents import Citation, Document
from ifmem.core.receipts import ALTERED, INTACT, NO_DIGEST
from ifmem.core.rechecks import QuoteCheck, Verdict, check_quote, check_source

THEN = Document("a.md", "one\nit is green\nthree\n", "d" * 64)
CITATION = Citation("a.md", 2, 2, "it is green", "d" * 64, "docs", "verified")


def now(text: str, path: str = "a.md", sha256: str = "e" * 64) -> Document:
    return Document(path, text, sha256)


@pytest.mark.parametrize(
    ("present", "state", "place"),
    [
        ([THEN], "unchanged", ""),
        ([now("one\nit is green\nfour\n")], "unchanged", ""),
        ([now("zero\none\nit is green\n")], "moved", "a.md:3"),
        ([now(THEN.text, "b.md", "d" * 64)], "moved", "b.md:2"),
        ([now("one\nit is blue\nthree\n")], "changed", ""),
        ([], "vanished", ""),
    ],
)
def test_says_where_a_quote_stands_now(present: list[Document], state: str, place: str) -> None:
    check = check_quote(CITATION, [THEN], present)
    assert (check.now, check.place, check.loaded) == (state, place, "held")


def test_a_quote_that_the_loaded_text_does_not_hold_at_these_lines_is_told() -> None:
    other_lines = Citation("a.md", 1, 1, "it is green", "d" * 64, verification="verified")
    other_words = Citation("a.md", 2, 2, "it is blue", "d" * 64, verification="verified")
    assert check_quote(other_lines, [THEN], [THEN]).loaded == "not held"
    assert check_quote(other_words, [THEN], [THEN]).loaded == "not held"
    assert check_quote(other_words, [], [THEN]).loaded == "not kept"


@pytest.mark.parametrize("kind", ["stitched", "invented", "not found"])
def test_what_had_not_been_found_is_not_looked_for(kind: str) -> None:
    check = check_quote(Citation("a.md", 2, 2, "it is blue", "d" * 64, verification=kind), [THEN], [THEN])
    assert (check.said, check.now, check.loaded) == (kind, "unverified", "not kept")


def test_says_what_became_of_a_source() -> None:
    assert check_source(CITATION, [THEN]).now == "unchanged"
    assert check_source(CITATION, [now("other\n")]).now == "changed"
    moved = check_source(CITATION, [now(THEN.text, "b.md", "d" * 64)])
    assert (moved.now, moved.place) == ("moved", "b.md")
    assert check_source(CITATION, []).now == "vanished"


@pytest.mark.parametrize(
    ("digest", "loaded", "state", "genuine", "current"),
    [
        (INTACT, "held", "unchanged", True, True),
        (INTACT, "held", "moved", True, True),
        (INTACT, "not kept", "changed", True, False),
        (INTACT, "held", "vanished", True, False),
        (INTACT, "not held", "unchanged", False, True),
        (ALTERED, "held", "unchanged", False, True),
        (NO_DIGEST, "held", "unchanged", True, True),
        (INTACT, "not kept", "unverified", True, True),
    ],
)
def test_a_verdict_is_about_the_receipt_and_about_today(
    digest: str, loaded: str, state: str, genuine: bool, current: bool
) -> None:
    verdict = Verdict("q_1", "Why?", digest, (QuoteCheck("a.md", 2, 2, "verified", loaded, state),), ())
    assert (verdict.genuine, verdict.current) == (genuine, current)
    assert Verdict.from_json(verdict.to_json()) == verdict
