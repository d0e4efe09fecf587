from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding
from ifmem.core.librarians import Shelved, as_document, names, number_of, place, requested, worth_archiving
from ifmem.core.pages import tokens_in_page


def finding(name: str, text: str = "text", **more: object) -> Finding:
    return Finding(name, "q_1", "docs", **{"found": True, "text": text, **more})  # type: ignore[arg-type]


def document(path: str, words: int) -> Document:
    return Document(path, "word " * words, "a" * 64)


def test_names_and_numbers_belong_together() -> None:
    assert [number_of(name) for name in names(3)] == [1, 2, 3]


def test_a_finding_becomes_a_document_that_is_called_by_its_id() -> None:
    cited = (
        Citation("src/a.py", 3, 4, "def a():\n    pass", verification="verified"),
        Citation("src/b.py", 1, 1, "made up", verification="invented"),
    )
    made = as_document(finding("f_1", "It is in a.py.\n", citations=cited, created_at=0.0))
    assert made.path == "f_1"
    assert made.text == (
        "Finding of Thursday, 1970-01-01 00:00 UTC, shard docs.\n\nIt is in a.py.\n\nTaken from:\n- src/a.py:3-4: def a(): pass\n"
    )


@pytest.mark.parametrize(
    "left_out",
    [
        finding("f_2", "b", found=False),
        finding("f_2", "b", error="late"),
        finding("f_2", " \n"),
        Finding("f_2", "q_1", "librarian-1", found=True, text="b"),
        finding("f_2", "a\n"),
    ],
    ids=["found nothing", "failed", "says nothing", "an echo", "said already"],
)
def test_what_adds_nothing_is_left_where_it_is(left_out: Finding) -> None:
    assert [one.id for one in worth_archiving([finding("f_1", "a"), left_out])] == ["f_1"]


def test_each_goes_to_the_first_that_has_room() -> None:
    small, large = document("f_1", 10), document("f_2", 500)
    capacity = tokens_in_page(large) + 5
    placed = place([small, large, small], {}, 2, capacity, at=7.0).placed
    assert placed == (
        Shelved("f_1", 1, tokens_in_page(small), 7.0),
        Shelved("f_2", 2, tokens_in_page(large), 7.0),
        Shelved("f_1", 1, tokens_in_page(small), 7.0),
    )


def test_what_is_there_already_takes_up_room_and_what_has_none_is_named() -> None:
    one = document("f_1", 100)
    shelving = place([one], {1: 950, 2: 990}, 2, 1_000, at=0.0)
    assert shelving.placed == ()
    assert shelving.left_out == (("f_1", f"no librarian has room for {tokens_in_page(one):,} tokens"),)


@given(st.lists(st.integers(0, 400), max_size=30), st.integers(1, 5), st.integers(100, 2_000))
def test_nothing_is_lost_and_nobody_holds_too_much(sizes: list[int], count: int, capacity: int) -> None:
    documents = [document(f"f_{n}", size) for n, size in enumerate(sizes)]
    shelving = place(documents, {}, count, capacity, at=0.0)
    assert {item.id for item in shelving.placed} | {one.path for one in shelving.left_out} == {
        d.path for d in documents
    }
    for number in range(1, count + 1):
        assert sum(item.tokens for item in shelving.placed if item.librarian == number) <= capacity


def test_a_request_on_the_channel_is_a_question() -> None:
    asked = requested('{"type": "query", "query_id": "q_001", "question": "Why?"}', now=5.0, patience_s=60.0)
    assert asked is not None
    assert (asked.id, asked.question, asked.asked_at, asked.deadline) == ("q_001", "Why?", 5.0, 65.0)


def test_a_request_without_an_id_gets_one() -> None:
    asked = requested('{"question": "Why?"}', 0.0, 1.0)
    assert asked is not None
    assert asked.id.startswith("q_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        '{"question": ""}',
        '{"question": ["Why?"]}',
        '{"question": "Why?", "query_id": 7}',
        '{"question": "Why?", "query_id": "a:b"}',
        '{"question": "Why?", "query_id": "q_1", "queued": true}',
    ],
)
def test_what_is_no_request_or_in_the_queues_already_is_passed_over(text: str) -> None:
    assert requested(text, 0.0, 1.0) is None
