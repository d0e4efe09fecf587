from __future__ import annotations

from ifmem.core.documents import Document
from ifmem.core.stretches import Stretch, locate, stretches_of


def test_locates_a_quote_nearest_to_where_it_was_said_to_be() -> None:
    lines = ["same", "other", "same"]
    assert locate(lines, "same") == (1, 1)
    assert locate(lines, "same", near=3) == (3, 3)
    assert locate(lines, "absent") is None
    assert locate(lines, " ") is None


def test_a_quote_may_run_over_lines_and_blank_lines() -> None:
    assert locate(["a first", "", "", "line and", "more"], "first line and more") == (1, 5)


def test_a_mark_without_width_may_be_all_of_a_line() -> None:
    stretch = Stretch("a", 1, ("one", "\u200b", "two \u200b", "three"), "")
    assert stretch.text == " ".join(filter(None, stretch.folded)) == "one two three"
    assert stretch.find("two three", near=1) == (3, 4)


def test_parts_that_follow_each_other_are_one_stretch() -> None:
    parts = [Document("a", "three\n", "d", 3, 2, 2), Document("a", "one\ntwo\n", "d", 1, 1, 2)]
    assert [(stretch.first_line, stretch.lines) for stretch in stretches_of(parts)] == [(1, ("one", "two", "three"))]


def test_parts_of_two_versions_or_with_a_gap_are_not_joined() -> None:
    versions = [Document("a", "one\n", "d", 1), Document("a", "two\n", "e", 2), Document("a", "four\n", "e", 4)]
    assert len(stretches_of(versions)) == 3
