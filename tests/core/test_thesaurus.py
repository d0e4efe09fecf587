from __future__ import annotations

import pytest

from ifmem.core.text import terms_of
from ifmem.core.thesaurus import related


@pytest.mark.parametrize(
    ("word", "other"), [("delete", "remove"), ("folders", "directory"), ("db", "database"), ("3", "three")]
)
def test_words_that_stand_for_each_other_are_related_both_ways(word: str, other: str) -> None:
    one, two = terms_of(word)[0], terms_of(other)[0]
    assert two in related(one)
    assert one in related(two)


def test_a_word_is_not_related_to_itself_or_across_groups() -> None:
    assert "delet" not in related("delet")
    assert "cach" not in related("delet")
    assert related("zeppelin") == ()
