from __future__ import annotations

import pytest

from ifmem.core.irregular import BASE_OF
from ifmem.core.text import terms_of


@pytest.mark.parametrize(
    ("form", "base"),
    [("went", "go"), ("overridden", "override"), ("wives", "wife"), ("axes", "axis"), ("oldest", "old")],
)
def test_an_irregular_form_meets_its_base(form: str, base: str) -> None:
    assert terms_of(form) == terms_of(base)


def test_no_form_is_the_base_of_another() -> None:
    assert BASE_OF.keys() & BASE_OF.values() == set()


@pytest.mark.parametrize("ambiguous", ["left", "saw", "led", "found", "bound", "wound"])
def test_a_form_that_is_also_another_word_stays_as_it_is(ambiguous: str) -> None:
    assert ambiguous not in BASE_OF
