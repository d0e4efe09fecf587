from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from ifmem.core.text import QUESTION_STOP_WORDS, terms_of
from ifmem.core.thesaurus import groups, kinds, related
from ifmem.core.thesaurus_groups import GROUPS
from ifmem.core.thesaurus_kinds import KINDS

LARGEST_GROUP = 6  # words
MOST_KINDS = 12  # narrower words of a wider one
MOST_GROUPS = 6  # that one word stands in
LISTS = {"groups": GROUPS, "kinds": KINDS}


def written(entries: str) -> list[str]:
    return [" ".join(entry.split()) for entry in entries.split(";")]


def terms_more_often_than(times: int, entries: Iterable[Iterable[str]]) -> list[str]:
    return [term for term, count in Counter(term for entry in entries for term in entry).items() if count > times]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("delete", "remove"),
        ("folders", "directory"),
        ("db", "database"),
        ("3", "three"),
        ("married", "wedding"),
        ("lorry", "truck"),
        ("sports", "tennis"),
    ],
)
def test_words_that_stand_for_each_other_are_related_both_ways(word: str, other: str) -> None:
    one, two = terms_of(word)[0], terms_of(other)[0]
    assert two in related(one)
    assert one in related(two)


def test_relations_hold_both_ways_and_never_to_the_word_itself() -> None:
    terms = {term for group in groups() for term in group} | {term for wider, few in kinds() for term in (wider, *few)}
    assert [term for term in terms if term in related(term)] == []
    assert [(term, other) for term in terms for other in related(term) if term not in related(other)] == []


def test_a_word_is_not_related_across_groups() -> None:
    assert "cach" not in related("delet")
    assert related("zeppelin") == ()


@pytest.mark.parametrize(
    ("one", "other"), [("tennis", "hockey"), ("dog", "cat"), ("husband", "wife"), ("french", "german")]
)
def test_kinds_of_a_thing_do_not_stand_for_each_other(one: str, other: str) -> None:
    assert terms_of(one)[0] not in related(terms_of(other)[0])


def test_every_group_has_two_to_six_words_of_different_stems() -> None:
    assert [group for group in groups() if not 2 <= len(group) <= LARGEST_GROUP] == []
    assert [kind for kind in kinds() if not 2 <= len(set(kind[1]) - {kind[0]}) <= MOST_KINDS] == []


def test_no_group_stands_within_another() -> None:
    by_term: dict[str, list[frozenset[str]]] = {}
    every = [frozenset(group) for group in groups()]
    for group in every:
        for term in group:
            by_term.setdefault(term, []).append(group)
    assert [group for group in every if sum(group <= other for other in by_term[min(group)]) > 1] == []


def test_no_word_stands_in_many_groups() -> None:
    assert terms_more_often_than(MOST_GROUPS, groups()) == []
    assert terms_more_often_than(1, ([wider] for wider, _ in kinds())) == []


@pytest.mark.parametrize("name", LISTS)
def test_every_group_has_a_word_that_questions_keep(name: str) -> None:
    assert [entry for entry in written(LISTS[name]) if QUESTION_STOP_WORDS.issuperset(entry.split())] == []


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_alphabetical_and_of_single_words(name: str) -> None:
    entries = written(LISTS[name])
    assert entries == sorted(entries)
    assert [word for entry in entries for word in entry.split() if len(terms_of(word)) != 1] == []
