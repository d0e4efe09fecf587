from __future__ import annotations

from ifmem.core.concepts import (
    PART,
    RELATED_SHARE,
    Concepts,
    search_terms,
    told_apart,
)
from ifmem.core.definitions import definition_term, is_definition
from ifmem.core.text import question_terms


def test_what_is_related_is_searched_after_what_was_asked_for() -> None:
    asked = question_terms("delete the folder")
    terms = search_terms("delete the folder")
    assert terms[: len(asked)] == asked
    assert {"remov", "directori"} <= set(terms[len(asked) :])


def test_a_definition_is_searched_by_its_name_as_it_is_written() -> None:
    assert definition_term("deleteFolder") in search_terms("Where is deleteFolder defined?")
    assert not any(map(is_definition, search_terms("Where is deleteFolder called?")))


def test_nothing_is_related_to_the_parts_of_an_identifier() -> None:
    assert search_terms("does delete_folder ask")[:4] == ("delete_folder", "delet", "folder", "ask")


def test_nothing_is_related_to_a_name() -> None:
    assert "manag" in search_terms("what did the boss swallow")
    assert "manag" not in search_terms("what did Boss swallow")


def test_words_that_are_no_part_of_the_subject_are_told_apart() -> None:
    concepts = Concepts(dict.fromkeys(search_terms("How do I nest tides inside itself?"), 2.0))
    assert list(concepts.asked) == ["nest", "tide", "insid"]
    assert concepts.passing.keys() >= {"itself", "how"}
    assert not concepts.terms & concepts.passing.keys()
    assert concepts.held_by(["itself"]) == frozenset()


def test_of_two_related_words_of_a_question_both_are_asked_for() -> None:
    concepts = Concepts(dict.fromkeys(search_terms("Where might she run a marathon?"), 2.0))
    assert list(concepts.asked) == ["run", "marathon"]
    assert "race" in concepts.terms


def test_a_question_with_nothing_in_passing_is_told_from_what_is_related_to_it() -> None:
    assert list(Concepts(dict.fromkeys(search_terms("delete tide"), 2.0)).asked) == ["delet", "tide"]


def test_a_question_of_stop_words_alone_is_asked_for_by_them() -> None:
    concepts = Concepts(dict.fromkeys(search_terms("how do you do"), 2.0))
    assert concepts.asked and not concepts.passing


def test_the_parts_of_an_identifier_weigh_less_where_it_stands_itself() -> None:
    weights = {"max_tide": 6.0, "max": 2.0, "tide": 3.0}
    assert told_apart(weights, "max_tide", {"max_tide": 1}) == {"max_tide": 6.0, "max": PART * 2.0, "tide": PART * 3.0}
    assert told_apart(weights, "max_tide", {"max_tide": 0, "max": 4}) == weights


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


def test_a_definition_that_is_nowhere_weighs_nothing() -> None:
    question = "Where is deleteFolder defined?"
    weights, name = dict.fromkeys(search_terms(question), 3.0), definition_term("deleteFolder")
    assert name not in told_apart(weights, question, {})
    assert told_apart(weights, question, {name: 1})[name] == 3.0
