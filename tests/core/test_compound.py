from __future__ import annotations

import pytest

from ifmem.core.compound import BESIDE, COMPOUND_CHARACTERS, Part, narrowed, parts_of
from ifmem.core.kinds import CODE, HISTORY, PROSE, TESTS


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Where is Gathering and what does merge do?", ("Where is Gathering", "what does merge do?")),
        ("Who feeds ferrets? When is noon?", ("Who feeds ferrets", "When is noon?")),
        ("Where is Gathering and how does it work?", ("Where is Gathering and how does it work?",)),
        (
            "Where is Gathering and how is it documented?",
            ("Where is Gathering", "Where is Gathering how is it documented?"),
        ),
        ("Who feeds ferrets; when is noon?", ("Who feeds ferrets", "when is noon?")),
        ("How do locks and queues work?", ("How do locks and queues work?",)),
        (
            "Where does the pool read max_tide and how is it documented?",
            ("Where does the pool read max_tide", "max_tide how is it documented?"),
        ),
        (
            "Where is Gathering and how are its shards chosen?",
            ("Where is Gathering", "Where is Gathering how are its shards chosen?"),
        ),
        ("", ("",)),
    ],
)
def test_a_compound_question_is_taken_apart_if_each_part_has_a_subject(question: str, parts: tuple[str, ...]) -> None:
    assert tuple(part.text for part in parts_of(question)) == parts


def test_a_pasted_text_is_one_question() -> None:
    pasted = "Why did it fail? " * COMPOUND_CHARACTERS
    assert parts_of(pasted) == (Part(pasted),)


def test_each_part_weighs_as_much_as_the_whole() -> None:
    weights = {"gather": 3.0, "merg": 1.0}
    assert narrowed(weights, "how to gather") == pytest.approx({"gather": 4.0})
    assert narrowed(weights, "gather merge") == pytest.approx(weights)
    assert narrowed(weights, "nothing") == {}


def test_a_light_part_is_also_searched_by_what_the_others_ask_for() -> None:
    weights = {"gather": 9.0, "merg": 1.0}
    assert narrowed(weights, "what does merge do") == pytest.approx({"gather": BESIDE * 10.0, "merg": 10.0})


def test_a_part_with_an_identifier_has_subject_enough() -> None:
    weights = {"gather": 9.0, "max_tide": 1.0}
    assert narrowed(weights, "where is max_tide") == {"max_tide": 10.0}


def test_each_part_asks_for_the_kind_of_place_that_it_names_itself() -> None:
    parts = parts_of("What do the docs say about tides, and where does Harbour keep them?")
    assert [part.kind for part in parts] == [PROSE, CODE]
    assert parts_of("Who feeds ferrets; when is noon?") == (Part("Who feeds ferrets"), Part("when is noon?"))


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How is max_tide documented as well as implemented?", {PROSE, CODE}),
        ("Both the changelog entry and the tests for the pier", {HISTORY, TESTS}),
    ],
)
def test_one_question_about_two_kinds_of_places_is_asked_for_each(question: str, kinds: set[str]) -> None:
    assert set(parts_of(question)) == {Part(question, kind) for kind in kinds}


def test_a_question_that_names_one_kind_of_place_is_one() -> None:
    assert parts_of("How is the pier documented?") == (Part("How is the pier documented?"),)
