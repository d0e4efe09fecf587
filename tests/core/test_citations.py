from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ifmem.core.citations import locate, verify
from ifmem.core.pages import split_document
from ifmem.core.records import Citation, Document

TEXT = "The shard answers.\n\nA beat says: “state”, since when,\n  and  the age of the oldest\nThe shard answers.\n"
WORD = st.text("abcdefghij", min_size=1, max_size=6)
LINES = st.lists(st.lists(WORD, max_size=5).map(" ".join), min_size=1, max_size=30)


def document(text: str = TEXT, first_line: int = 1, sha256: str = "d" * 64) -> Document:
    return Document("a.md", text, sha256, first_line)


def written(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def checked(quote: str, start: int, end: int, *documents: Document) -> tuple[str, int, int]:
    verified = verify(Citation("a.md", start, end, quote), documents or (document(),))
    assert verified.quote == quote
    return verified.verification, verified.start_line, verified.end_line


@given(LINES, st.data())
def test_every_true_span_is_verified(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    quote = "\n".join(lines[start - 1 : end])
    assume(quote.strip())
    assert checked(quote, start, end, document(written(lines))) == ("verified", start, end)


@given(LINES, st.data())
def test_a_changed_word_is_never_verified(lines: list[str], data: st.DataObject) -> None:
    words = " ".join(lines).split()
    assume(words)
    place = data.draw(st.integers(0, len(words) - 1))
    changed = [*words[:place], words[place] + "z", *words[place + 1 :]]
    assert checked(" ".join(changed), 1, len(lines), document(written(lines)))[0] == "not found"


@given(LINES, st.integers(0, 50), st.data())
def test_a_true_span_under_wrong_lines_is_found(lines: list[str], wrong: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(lines)))
    quote = lines[start - 1]
    assume(quote.strip())
    verification, found, _ = checked(quote, wrong, wrong, document(written(lines)))
    assert verification in ("verified", "moved")
    assert quote in lines[found - 1]


@given(LINES, st.integers(30, 80), st.data())
def test_spans_are_verified_across_the_parts_of_a_document(lines: list[str], budget: int, data: st.DataObject) -> None:
    parts = split_document(document(written(lines)), budget)
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    quote = "\n".join(lines[start - 1 : end])
    assume(quote.strip())
    assert checked(quote, start, end, *reversed(parts)) == ("verified", start, end)


@pytest.mark.parametrize(
    ("quote", "start", "end"),
    [
        ('A beat says: "state", since when, and the age', 3, 4),
        ("the age of the oldest", 4, 4),
        ("The shard answers.\n", 1, 1),
        ("The shard answers.\r\n\r\n", 1, 2),
    ],
)
def test_typography_white_space_and_partial_lines_are_verified(quote: str, start: int, end: int) -> None:
    assert checked(quote, start, end) == ("verified", start, end)


@pytest.mark.parametrize(
    ("quote", "start", "end", "found"),
    [
        ("the age of the oldest", 1, 1, (4, 4)),
        ("the age of the oldest", 2, 5, (4, 4)),
        ("The shard answers.", 4, 4, (5, 5)),
        ("The shard answers.", 2, 2, (1, 1)),
        ("since when, and the age", 900, 100, (3, 4)),
    ],
)
def test_lines_are_repaired_to_the_nearest_place(quote: str, start: int, end: int, found: tuple[int, int]) -> None:
    assert checked(quote, start, end) == ("moved", *found)


@pytest.mark.parametrize("quote", ["", " \n", "The shard answered.", "hard answers", "The shard answer", "THE SHARD"])
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert checked(quote, 1, 1) == ("not found", 1, 1)


def test_a_raised_digit_is_another_word() -> None:
    assert checked("102", 1, 1, document("10²\n"))[0] == "not found"


def test_fills_in_the_digest_of_the_document() -> None:
    assert verify(Citation("a.md", 1, 1, "The shard answers."), [document()]).sha256 == "d" * 64
    assert verify(Citation("a.md", 1, 1, "nothing of the kind"), [document()]).sha256 == "d" * 64


def test_a_document_of_another_path_proves_nothing() -> None:
    verified = verify(Citation("b.md", 1, 1, "The shard answers.", sha256="made up"), [document()])
    assert (verified.verification, verified.sha256) == ("not found", "")


def test_a_part_counts_lines_of_the_file() -> None:
    assert checked("the age of the oldest", 103, 103, document(first_line=100)) == ("verified", 103, 103)


def test_a_quote_is_not_joined_over_a_missing_part() -> None:
    parts = document("one two\n", 1), document("three four\n", 9)
    assert checked("two three", 1, 9, *parts)[0] == "not found"


def test_locates_a_quote_nearest_to_where_it_was_said_to_be() -> None:
    lines = ["same", "other", "same"]
    assert locate(lines, "same") == (1, 1)
    assert locate(lines, "same", near=3) == (3, 3)
    assert locate(lines, "absent") is None
