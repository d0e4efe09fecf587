from __future__ import annotations

import pytest

from ifmem.core.evidence import MOST_WORDS, Words, enough, is_supported, names_in, support
from ifmem.core.text import question_words

WORDS = {"tide": ("tide",), "moon": ("moon",), "max_tide": ("max_tide", "max", "tide")}
WEIGHTS = {"tide": 2.0, "moon": 6.0, "max_tide": 8.0, "max": 4.0, "kepler": 5.0}


def test_support_is_the_share_by_weight_and_less_for_the_parts_of_an_identifier() -> None:
    assert support(WORDS, WEIGHTS, {"tide", "moon", "max_tide"}) == 1.0
    assert support({"tide": ("tide",), "moon": ("moon",)}, WEIGHTS, {"moon"}) == 0.75
    assert 0 < support({"max_tide": WORDS["max_tide"]}, WEIGHTS, {"max", "tide"}) < 1
    assert support({}, {}, set()) == 0.0


def is_answered(words: Words, matched: set[str], question: str = "", passages: float = 100.0) -> bool:
    return is_supported(question, words, WEIGHTS, matched, passages)


TWO: Words = {"tide": ("tide",), "moon": ("moon",)}


def test_one_word_of_two_is_no_answer_and_both_are() -> None:
    assert not is_answered(TWO, {"tide"})
    assert is_answered(TWO, {"moon", "tide"})


def test_one_word_that_outweighs_the_others_is_an_answer_in_a_small_text_only() -> None:
    assert is_answered(TWO, {"moon"}, passages=30.0)
    assert not is_answered(TWO, {"moon"}, passages=1e5)


def test_the_only_word_asked_for_is_enough() -> None:
    assert is_answered({"moon": ("moon",)}, {"moon"})
    assert is_answered({"moon": ("moon",)}, {"moon"}, passages=1e9)


def test_one_exact_name_of_two_words_is_enough_if_it_weighs_most() -> None:
    assert is_answered({"tide": ("tide",), "max_tide": WORDS["max_tide"]}, {"max_tide"})
    assert is_answered({"tide": ("tide",), "2.1.0": ("moon_1",)}, {"moon_1"}) is False


def test_nothing_held_is_no_answer() -> None:
    assert not is_answered(TWO, set())
    assert not is_answered({}, set())


def test_less_is_enough_where_more_words_stand_together_up_to_a_few() -> None:
    needed = [enough(held, 0, 1_000) for held in range(1, MOST_WORDS + 2)]
    assert needed[0] > needed[1] > needed[MOST_WORDS - 1]
    assert needed[MOST_WORDS - 1] == needed[MOST_WORDS]


def test_more_is_needed_in_a_larger_text_where_words_meet_by_chance() -> None:
    assert enough(2, 0, 20_000) > enough(2, 0, 200)


def test_a_name_that_stands_elsewhere_refuses_what_would_do_without_it() -> None:
    words = {**TWO, "Kepler": ("kepler",)}
    assert is_answered({**TWO, "kepler": ("kepler",)}, {"tide", "moon"}, "tide, moon and kepler")
    assert not is_answered(words, {"tide", "moon"}, "tide, moon and Kepler")
    assert is_answered(words, {"tide", "moon", "kepler"}, "tide, moon and Kepler")


def test_an_identifier_is_held_by_all_of_its_parts_and_not_by_one() -> None:
    words = {**TWO, "max_tide": WORDS["max_tide"]}
    assert is_answered(words, {"tide", "moon", "max"}, "tide, moon and max_tide")
    assert not is_answered(words, {"tide", "moon"}, "tide, moon and max_tide")


def test_a_capital_inside_a_question_is_a_name_and_its_first_word_is_not() -> None:
    words = ["Tide", "Kepler", "iPhone", "h2", "moon", "max_tide"]
    assert names_in("Tide of Kepler and iPhone, h2, moon or max_tide?", words) == {"Kepler", "iPhone", "h2", "max_tide"}


def test_a_count_or_a_day_is_no_name() -> None:
    words = ["3", "2019", "Monday", "June", "Kepler"]
    assert names_in("did 3 moons rise on Monday in June 2019 over Kepler?", words) == {"2019", "Kepler"}


@pytest.mark.parametrize("question", ["Which moon has the tide?", "How many red moons has the tide?"])
def test_what_is_to_be_chosen_or_counted_has_to_be_there_if_nothing_is_rarer(question: str) -> None:
    words = {"tide": ("tide",), "harbour": ("harbour",), "moon": ("moon",), "moons": ("moon",)}
    words = {word: terms for word, terms in words.items() if word in question or word == "harbour"}
    weights = {"tide": 4.0, "harbour": 4.0, "moon": 4.2}
    assert is_supported("Does the moon have the tide?", words, weights, {"tide", "harbour"}, 30.0)
    assert not is_supported(question, words, weights, {"tide", "harbour"}, 30.0)
    assert is_supported(question, words, {**weights, "moon": 1.0}, {"tide", "harbour"}, 30.0)


@pytest.mark.parametrize(
    "question", ["How old is the tide?", "Which animal is the tide?", "What is the name of the tide?"]
)
def test_what_an_answer_replaces_by_itself_need_not_be_there(question: str) -> None:
    words = question_words(question)
    weights = {"tide": 3.0, "old": 9.0, "anim": 9.0, "name": 9.0}
    assert is_supported(question, words, weights, {"tide"}, 1_000.0)
    assert not is_supported(
        "Does the tide show a monument?",
        question_words("tide monument"),
        {"tide": 3.0, "monument": 9.0},
        {"tide"},
        1_000.0,
    )


def test_a_question_for_nothing_else_keeps_what_an_answer_would_replace() -> None:
    assert not is_supported("How old?", question_words("How old?"), {"old": 9.0}, set(), 30.0)
