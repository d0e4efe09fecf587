"""Spans turn one text into another exactly; line numbers follow; a model reads what changed and little else."""

from __future__ import annotations

import pytest
from core.applying import applied
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.amendments import Amendment, amendment, creation, lines_of, removal, spans_between

TEXTS = st.text(alphabet="ab\n\r\x0c ", max_size=60)
LINES = st.lists(st.sampled_from(["one\n", "two\n", "three\n", "\n"]), max_size=25).map("".join)


@given(TEXTS, TEXTS)
def test_spans_turn_any_text_into_any_other(before: str, after: str) -> None:
    assert applied(before, spans_between(before, after)) == after


@given(LINES, LINES)
def test_a_line_that_stayed_is_found_where_it_stands_now(before: str, after: str) -> None:
    change = amendment("a.md", "2", before, after)
    old, new = lines_of(before), lines_of(after)
    stayed = {n: now for n in range(1, len(old) + 1) if (now := change.line_now(n)) is not None}
    assert all(old[n - 1] == new[now - 1] for n, now in stayed.items())
    assert list(stayed.values()) == sorted(set(stayed.values()))


def test_a_long_text_whose_ends_are_alike_is_compared_in_the_middle_only() -> None:
    before = [f"line {n}\n" for n in range(50_000)]
    after = [*before[:20_000], "new\n", *before[20_001:]]
    (span,) = spans_between("".join(before), "".join(after))
    assert (span.start, span.removed, span.lines) == (20_001, 1, ("new\n",))


def test_what_is_shown_is_the_change_with_three_lines_around_it() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 41))
    after = before.replace("line 20\n", "line 20 is new\n")
    (stretch,) = amendment("a.md", "2", before, after).shown
    assert stretch.first_line == 17
    assert stretch.text == "line 17\nline 18\nline 19\nline 20 is new\nline 21\nline 22\nline 23\n"


def test_lines_that_were_removed_are_named_and_what_stood_around_them_is_shown() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 41))
    change = amendment("a.md", "2", before, before.replace("line 20\nline 21\n", ""))
    assert change.note == (
        "Newer text of this file, with present line numbers. Lines 20-21 of its earlier text no longer count. "
        "What stood behind line 21 has moved by -2 lines."
    )
    assert change.shown[0].text.startswith("line 17\n")
    assert change.line_now(22) == 20


def test_a_text_that_changed_nearly_everywhere_is_shown_whole() -> None:
    after = "".join(f"{n}\n" for n in range(12))
    assert [stretch.text for stretch in amendment("a.md", "2", "0\nx\n11\n", after).shown] == [after]


def test_a_rename_shows_no_text() -> None:
    change = amendment("b.md", "1", "same\n", "same\n", moved_from="a.md")
    assert (change.shown, change.note) == ((), "This file was called a.md before. Its text is the same.")


@pytest.mark.parametrize(
    ("change", "said"), [(removal("a.md"), "This file is gone"), (creation("a.md", "1", "text\n"), "A new file.")]
)
def test_removals_and_new_files_say_so(change: Amendment, said: str) -> None:
    assert change.note.startswith(said)


def test_nothing_of_a_removed_file_stands_anywhere() -> None:
    assert removal("a.md").line_now(1) is None
