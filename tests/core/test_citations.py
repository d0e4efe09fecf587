from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ifmem.core.citations import aged, stands, verify
from ifmem.core.documents import Citation, Document
from ifmem.core.pages import split_document

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
    assert checked(" ".join(changed), 1, len(lines), document(written(lines)))[0] in ("invented", "stitched")


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
def test_what_does_not_stand_there_is_invented(quote: str) -> None:
    assert checked(quote, 1, 1) == ("invented", 1, 1)


def test_a_raised_digit_is_another_word() -> None:
    assert checked("102", 1, 1, document("10²\n"))[0] == "invented"


def test_fills_in_the_digest_of_the_document() -> None:
    assert verify(Citation("a.md", 1, 1, "The shard answers."), [document()]).sha256 == "d" * 64
    assert verify(Citation("a.md", 1, 1, "nothing of the kind"), [document()]).sha256 == "d" * 64


def test_a_document_of_another_path_proves_nothing() -> None:
    verified = verify(Citation("b.md", 1, 1, "The shard answers.", sha256="made up"), [document()])
    assert (verified.verification, verified.sha256) == ("invented", "")


def test_a_part_counts_lines_of_the_file() -> None:
    assert checked("the age of the oldest", 103, 103, document(first_line=100)) == ("verified", 103, 103)


def test_a_quote_is_not_joined_over_a_missing_part() -> None:
    parts = document("one two\n", 1), document("three four\n", 9)
    assert checked("two three", 1, 9, *parts)[0] == "invented"


SAID = "The shard answers from its page."
ELSEWHERE = [[Document("docs/b.md", f"Other.\n\n{SAID}\n", "b" * 64)], [Document("c.md", f"{SAID}\n", "c" * 64)]]


def elsewhere(_: str) -> list[list[Document]]:
    return ELSEWHERE


def test_a_quote_of_another_file_is_given_to_it_and_every_place_is_named() -> None:
    found = verify(Citation("a.md", 1, 1, SAID), [document()], elsewhere)
    assert (found.verification, found.place, found.sha256) == ("wrong file", "docs/b.md:3", "b" * 64)
    assert [spot.place for spot in found.also] == ["c.md:1"]


def test_of_several_other_files_the_one_of_the_same_name_is_meant() -> None:
    assert verify(Citation("lib/c.md", 7, 7, SAID), [], elsewhere).place == "c.md:1"


def test_a_quote_of_its_own_file_is_looked_for_nowhere_else() -> None:
    def never(_: str) -> list[list[Document]]:
        raise AssertionError("looked for elsewhere")

    assert verify(Citation("a.md", 4, 4, "The shard answers."), [document()], never).verification == "moved"


def test_two_words_do_not_tell_which_file_they_are_of() -> None:
    assert verify(Citation("a.md", 1, 1, "its page."), [document()], elsewhere).verification == "invented"


def test_pieces_of_two_files_are_stitched() -> None:
    joined = "A beat says: 'state', since when, The shard answers from its page."
    assert verify(Citation("a.md", 1, 1, joined.replace("'", '"')), [document()], elsewhere).verification == "stitched"
    assert verify(Citation("a.md", 1, 1, joined), [document()], elsewhere).verification == "invented"


@pytest.mark.parametrize("kind", ["verified", "moved", "wrong file"])
def test_what_stands_in_the_text_but_no_longer_in_the_file_is_stale(kind: str) -> None:
    citation = Citation("a.md", 1, 1, SAID, "d" * 64, verification=kind)
    assert aged(citation, "e" * 64).verification == "stale"
    assert aged(citation, "").verification == "stale"
    assert aged(citation, "d" * 64) == citation


@pytest.mark.parametrize("kind", ["stitched", "invented", "not found"])
def test_what_never_stood_there_is_not_stale(kind: str) -> None:
    citation = Citation("a.md", 1, 1, SAID, "d" * 64, verification=kind)
    assert aged(citation, "") == citation
    assert not stands(citation)
