from __future__ import annotations

import pytest

from ifmem.core.concepts import COMPOUND_CHARACTERS, RELATED_SHARE, Concepts, narrowed, parts_of, search_terms
from ifmem.core.text import question_terms


def test_what_is_related_is_searched_after_what_was_asked_for() -> None:
    asked = question_terms("delete the folder")
    terms = search_terms("delete the folder")
    assert terms[: len(asked)] == asked
    assert {"remov", "directori"} <= set(terms[len(asked) :])


def test_nothing_is_related_to_the_parts_of_an_identifier() -> None:
    assert search_terms("delete_folder") == ("delete_folder", "delet", "folder")


def test_a_related_term_counts_for_the_one_asked_for_and_at_most_a_share_of_it() -> None:
    concepts = Concepts({"delet": 4.0, "remov": 6.0, "eras": 1.0})
    assert concepts.asked == {"delet": 4.0}
    assert concepts.counts_for["remov"] == [("delet", RELATED_SHARE * 4.0)]
    assert concepts.counts_for["eras"] == [("delet", RELATED_SHARE * 1.0)]
    assert concepts.held_by(["eras", "x"]) == {"delet"}


def test_of_two_related_words_of_a_question_both_are_meant() -> None:
    concepts = Concepts(dict.fromkeys(search_terms("config setting"), 1.0))
    assert {"config", "set"} <= concepts.meant_by(["option"])
    assert concepts.meant_by(["x"]) == frozenset()


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
        ("How do locks and queues work?", ("How do locks and queues work?",)),
        (
            "Where is Gathering and how are its shards chosen?",
            ("Where is Gathering", "Where is Gathering how are its shards chosen?"),
        ),
        ("", ("",)),
    ],
)
def test_a_compound_question_is_taken_apart_if_each_part_has_a_subject(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


def test_a_pasted_text_is_one_question() -> None:
    pasted = "Why did it fail? " * COMPOUND_CHARACTERS
    assert parts_of(pasted) == (pasted,)


def test_each_part_weighs_as_much_as_the_whole() -> None:
    weights = {"gather": 3.0, "merg": 1.0}
    assert narrowed(weights, "what does merge do") == {"merg": 4.0}
    assert narrowed(weights, "gather merge") == pytest.approx(weights)
    assert narrowed(weights, "nothing") == {}
