from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.chunks import LINES, cut_chunks
from ifmem.core.documents import Document


def chunks(text: str, path: str = "a.txt", **place: int) -> list[tuple[int, int]]:
    return [(one.start_line, one.end_line) for one in cut_chunks(Document(path, text, "", **place))]


def test_cuts_long_text_every_few_lines() -> None:
    assert chunks("word\n" * 20) == [(1, 8), (9, 16), (17, 20)]


def test_a_chunk_ends_before_a_heading_or_a_paragraph() -> None:
    assert chunks("# A\n\none\ntwo\nthree\n# B\n\nfour\n", "a.md") == [(1, 5), (6, 8)]
    assert chunks("one\ntwo\nthree\nfour\n\nfive\n") == [(1, 5), (6, 6)]


def test_blank_lines_belong_to_the_chunk_before_them_or_at_the_top_to_the_next() -> None:
    assert chunks("one\n" + "\n" * 30) == [(1, 31)]
    assert chunks("\n" * 30 + "one\n") == [(1, 31)]


def test_a_blank_document_has_no_chunks() -> None:
    assert [chunks(text) for text in ("", "\n", " \n\t\n")] == [[], [], []]


def test_a_part_counts_lines_of_the_file() -> None:
    assert chunks("one\ntwo\n", first_line=401, part=2, parts=2) == [(401, 402)]


@given(st.text("ab#\n \r\t", max_size=200))
def test_every_line_is_in_one_chunk_and_none_is_blank(text: str) -> None:
    document = Document("a.md", text, "")
    cut = cut_chunks(document)
    assert all(one.text.strip() for one in cut)
    lines = [line for one in cut for line in one.text.removesuffix("\n").split("\n")]
    assert lines == (document.lines() if text.strip() else [])
    assert [line for one in cut for line in range(one.start_line, one.end_line + 1)] == list(range(1, len(lines) + 1))
    assert max((sum(bool(line.strip()) for line in one.text.split("\n")) for one in cut), default=0) <= LINES
