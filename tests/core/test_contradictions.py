from __future__ import annotations

import pytest

from ifmem.core.contradictions import contradictions
from ifmem.core.documents import Citation


def quote(path: str, text: str, line: int = 1) -> Citation:
    return Citation(path, line, line + text.count("\n"), text, verification="verified")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The limit of a file is 2 MB by default", "The limit of a file is 4 MB by default"),
        ("A question is asked again after a crash", "A question is not asked again after a crash"),
        ("Retries give up after 3 attempts in a row", "Retries never give up after attempts in a row"),
    ],
)
def test_another_number_or_a_negation_is_named(one: str, other: str) -> None:
    [found] = contradictions([quote("a.md", one), quote("b.md", other)])
    assert (found.said, found.otherwise) == (one, other)
    assert (found.one.path, found.other.path) == ("a.md", "b.md")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The limit of a file is 2 MB by default", "The limit of a file is 2 MB by default"),
        ("The limit of a file is 2 MB by default", "The lighthouse has 4 windows to the north"),
        ("is 2", "is 4"),
    ],
)
def test_what_agrees_or_speaks_of_something_else_is_not(one: str, other: str) -> None:
    assert contradictions([quote("a.md", one), quote("b.md", other)]) == []


def test_quotes_of_the_same_lines_are_no_two_places_and_no_pair_comes_twice() -> None:
    said, otherwise = "The limit of a file is 2 MB by default", "The limit of a file is 4 MB by default"
    overlapping = [quote("a.md", f"{said}\n{otherwise}"), quote("a.md", otherwise, line=2)]
    assert contradictions(overlapping) == []
    assert len(contradictions([quote("a.md", said), quote("b.md", otherwise), quote("c.md", otherwise)])) == 1
