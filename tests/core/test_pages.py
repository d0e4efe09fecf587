from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Document
from ifmem.core.pages import Page, cut_pages, page_of, split_document, tokens_in_page

BUDGET = 200


def document(path: str, text: str = "a line of text\n") -> Document:
    return Document(path, text, f"sha of {path}")


def of_tokens(path: str, tokens: int) -> Document:
    """A document of one line that takes exactly `tokens` in a page."""
    return document(path, "x" * int((tokens - tokens_in_page(document(path, ""))) * 2.5))


def paths(pages: list[Page]) -> list[list[str]]:
    return [[entry.path for entry in page.table] for page in pages]


def test_a_page_gives_back_its_documents_from_its_bytes_alone() -> None:
    documents = (document("ünï.py", "naïve\r\n\nend"), document("b", ""), document("c\n.txt", "日本\n"))
    page = page_of(documents)
    assert Page(page.digest, page.tokens, page.data).documents == documents


def test_equal_documents_give_equal_bytes_and_any_change_another_digest() -> None:
    first, second = document("a"), document("b")
    assert page_of([first, second]) == page_of([first, second])
    digests = {page_of(some).digest for some in ([first], [second], [first, second], [second, first])}
    assert len(digests) == 4


@pytest.mark.parametrize("data", [b"", b"no page", b'{"ifmem": "page", "format": 0, "documents": []}\n'])
def test_other_bytes_are_no_page(data: bytes) -> None:
    with pytest.raises(ValueError):
        _ = Page("digest", 0, data).table


@given(st.text(alphabet="ab \r\n\u2028é", max_size=400), st.integers(30, 60))
def test_parts_joined_are_the_document_and_know_their_lines(text: str, budget: int) -> None:
    parts = split_document(document("a", text), budget)
    assert "".join(part.text for part in parts) == text
    for number, part in enumerate(parts, 1):
        assert (part.part, part.parts, part.path, part.sha256) == (number, len(parts), "a", "sha of a")
        before = "".join(earlier.text for earlier in parts[: number - 1])
        assert part.first_line == before.count("\n") + 1
        assert tokens_in_page(part) <= budget or part.text.count("\n", 0, -1) == 0


def test_a_line_over_the_budget_stays_whole() -> None:
    (short, long, last) = split_document(document("a", "short\n" + "x" * 2_000 + "\nlast\n"), 100)
    assert (short.text, last.text) == ("short\n", "last\n")
    assert long.text == "x" * 2_000 + "\n"


def test_a_folder_that_fits_a_page_is_not_torn() -> None:
    documents = [of_tokens(path, 60) for path in ("a/1", "a/2", "b/1", "b/2")]
    assert paths(cut_pages(documents, BUDGET)) == [["a/1", "a/2"], ["b/1", "b/2"]]


def test_no_page_is_over_the_budget_and_nothing_is_lost() -> None:
    documents = [of_tokens(f"{folder}/{n}", 40 + 7 * n) for folder in "abc" for n in range(9)]
    documents.append(document("c/long", "a line of text\n" * 200))
    pages = cut_pages(reversed(documents), BUDGET)
    assert all(page.tokens <= BUDGET for page in pages)
    texts: dict[str, str] = {}
    for page in pages:
        for one in page.documents:
            texts[one.path] = texts.get(one.path, "") + one.text
    assert texts == {one.path: one.text for one in documents}


def test_no_documents_give_no_pages() -> None:
    assert cut_pages([], BUDGET) == []
