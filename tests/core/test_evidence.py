from __future__ import annotations

import pytest

from ifmem.core.evidence import (
    ENOUGH,
    ENOUGH_WITHOUT_A_NAME,
    ENOUGH_WITHOUT_A_WORD,
    enough_without,
    is_exact,
    is_supported,
    support,
)

WORDS = {"tide": ("tide",), "moon": ("moon",), "max_tide": ("max_tide", "max", "tide")}
WEIGHTS = {"tide": 2.0, "moon": 6.0, "max_tide": 8.0, "max": 4.0}


def test_support_is_the_share_by_weight_and_less_for_the_parts_of_an_identifier() -> None:
    assert support(WORDS, WEIGHTS, {"tide", "moon", "max_tide"}) == 1.0
    assert support({"tide": ("tide",), "moon": ("moon",)}, WEIGHTS, {"moon"}) == 0.75
    assert 0 < support({"max_tide": WORDS["max_tide"]}, WEIGHTS, {"max", "tide"}) < 1
    assert support({}, {}, set()) == 0.0


def test_one_rare_word_of_several_is_no_answer_but_an_exact_name_is() -> None:
    assert not is_supported({"tide": ("tide",), "moon": ("moon",)}, WEIGHTS, {"moon"})
    assert is_supported({"tide": ("tide",), "moon": ("moon",)}, WEIGHTS, {"moon", "tide"})
    assert is_supported({"tide": ("tide",), "max_tide": WORDS["max_tide"]}, WEIGHTS, {"max_tide"})


def test_the_only_word_asked_for_is_enough() -> None:
    assert is_supported({"moon": ("moon",)}, WEIGHTS, {"moon"})


@pytest.mark.parametrize(
    ("nowhere", "enough"),
    [
        ([], ENOUGH),
        (["tide"], ENOUGH_WITHOUT_A_WORD),
        (["tide", "QUIC"], ENOUGH_WITHOUT_A_NAME),
        (["h2"], ENOUGH_WITHOUT_A_NAME),
    ],
)
def test_more_is_asked_for_when_a_word_stands_nowhere_and_most_when_it_is_a_name(
    nowhere: list[str], enough: float
) -> None:
    assert enough_without(nowhere, "Why does the tide use QUIC and h2?") == enough


def test_the_first_word_of_a_question_is_not_taken_for_a_name() -> None:
    assert enough_without(["Tide"], "Tide and moon?") == ENOUGH_WITHOUT_A_WORD


@pytest.mark.parametrize(
    ("terms", "exact"), [(("moon",), False), (("2_1_0",), True), (("max_tide", "max", "tide"), True)]
)
def test_identifiers_versions_and_dates_are_exact(terms: tuple[str, ...], exact: bool) -> None:
    assert is_exact(terms) is exact
