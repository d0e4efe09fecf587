from __future__ import annotations

from itertools import permutations

from ifmem.core.windows import CHARACTERS, LINES, Lines, best_window, quote_of, surrounded

WEIGHTS = {"tide": 4.0, "moon": 2.0}


def held(*lines: str) -> list[frozenset[str]]:
    return [frozenset(line.split()) & WEIGHTS.keys() for line in lines]


def test_the_window_is_where_most_of_the_question_stands() -> None:
    lines = ["tide", *["x"] * 14, "tide moon", *["x"] * 14]
    start, end = best_window(lines, held(*lines), WEIGHTS)
    assert start <= 15 < end
    assert end - start <= LINES


def test_of_windows_with_the_same_terms_the_one_that_dwells_on_them() -> None:
    lines = ["tide", *["x"] * 14, "tide", "tide", *["x"] * 14]
    start, end = best_window(lines, held(*lines), WEIGHTS)
    assert start <= 15 < end


def test_blank_edges_are_left_out() -> None:
    lines = ["", "tide", "", ""]
    assert best_window(lines, held(*lines), WEIGHTS) == (1, 2)


def test_a_window_rather_ends_where_something_else_begins() -> None:
    lines = ["moon", "x", "heading", "tide", "x"]
    weights = {"tide": 4.0, "moon": 1.0}
    assert best_window(lines, held(*lines), weights) == (0, 5)
    assert best_window(lines, held(*lines), weights, breaks=[2]) == (2, 5)


def test_the_first_lines_are_as_good_as_any_where_only_what_stands_above_them_was_asked_for() -> None:
    lines = ["", *["x"] * 20]
    assert best_window(lines, held(*lines), WEIGHTS) == (1, 1 + LINES)
    assert best_window(["", " "], held("", ""), WEIGHTS) == (0, 0)


def test_the_order_of_the_weights_does_not_change_the_window() -> None:
    lines = ["a b c", "x", "c b a"] * 8
    for order in permutations({"a": 0.1, "b": 0.2, "c": 0.3}.items()):
        terms = [frozenset(line.split()) - {"x"} for line in lines]
        assert best_window(lines, terms, dict(order)) == (0, 12)


def test_surroundings_begin_at_the_heading_if_it_is_near() -> None:
    lines = ["x"] * 40
    assert surrounded(Lines(1, lines, heads=[16], breaks=[16]), 20, 29, 1, 40) == (19, 30)
    assert surrounded(Lines(1, lines, heads=[16], breaks=[16]), 20, 25, 1, 40) == (16, 27)
    assert surrounded(Lines(1, lines, heads=[12], breaks=[12]), 20, 25, 1, 40) == (17, 28)


def test_surroundings_leave_out_what_ended_above_but_not_the_chapter_of_a_section() -> None:
    lines = ["x"] * 40
    assert surrounded(Lines(1, lines, heads=[20], breaks=[20]), 20, 21, 1, 40) == (20, 31)
    assert surrounded(Lines(1, lines, heads=[18, 20], breaks=[18]), 20, 21, 1, 40) == (18, 29)


def test_surroundings_keep_the_evidence_in_the_middle_and_to_the_limit() -> None:
    text = Lines(1, ["x"] * 40)
    assert surrounded(text, 20, 21, 1, 40) == (15, 26)


def test_surroundings_end_where_others_begin_and_where_the_text_does() -> None:
    text = Lines(101, ["x"] * 40)
    assert surrounded(text, 102, 102, 101, 140) == (101, 112)
    assert surrounded(text, 120, 120, 119, 121) == (119, 121)


def test_surroundings_have_no_blank_edges() -> None:
    assert surrounded(Lines(1, ["a", "", "tide", "", "b"]), 3, 3, 2, 4) == (3, 3)
    assert surrounded(Lines(1, ["a", "", "tide", "", "b"]), 3, 3, 1, 5) == (1, 5)


def test_long_lines_leave_no_room_around() -> None:
    text = Lines(1, ["x" * 500] * 9)
    first, last = surrounded(text, 5, 5, 1, 9)
    assert first <= 5 <= last
    assert len(quote_of(text.between(first, last))) <= CHARACTERS


def test_a_quote_has_no_carriage_returns_at_its_ends() -> None:
    assert quote_of(["a\r", "b"]) == "a\nb"
