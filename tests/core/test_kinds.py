from __future__ import annotations

import pytest

from ifmem.core.kinds import (
    CODE,
    HISTORY,
    LISTING,
    PROSE,
    TESTS,
    is_of,
    kind_named,
    kind_of,
    kind_of_part,
    kinds_named,
    suited,
)
from ifmem.core.passages import Hit


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/harbour.py", CODE),
        ("docs/harbour.md", PROSE),
        ("LICENSE", PROSE),
        ("CHANGELOG.md", HISTORY),
        ("docs/changes/2.1.rst", HISTORY),
        ("git:log/00001-00200", HISTORY),
        ("docs/newsletter.md", PROSE),
        ("tree", LISTING),
        ("src/tree", PROSE),
    ],
)
def test_the_kind_of_a_place_shows_in_its_path(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Where is tide_of called?", CODE),
        ("Where is the class Harbour?", CODE),
        ("Where does the herring swim?", ""),
        ("What do the docs say about tides?", PROSE),
        ("When was the pier added?", HISTORY),
        ("Where is the pier defined and how is it documented?", PROSE),
    ],
)
def test_the_last_kind_of_place_named_is_the_one_asked_for(question: str, kind: str) -> None:
    assert kind_named(question) == kind


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("where does the herring swim?", CODE),
        ("which test covers tides?", TESTS),
        ("what tests check that the pier is documented?", TESTS),
        ("what does the quickstart say about tides?", PROSE),
        ("why does the herring swim?", ""),
    ],
)
def test_a_part_of_a_compound_question_asks_for_programs_by_where(part: str, kind: str) -> None:
    assert kind_of_part(part) == kind


def test_all_kinds_that_are_named_are_known() -> None:
    assert set(kinds_named("When was tide_of added, is it documented and tested?")) == {HISTORY, PROSE, TESTS}
    assert kinds_named("What does the test tank hold?") == ()


def test_a_test_is_a_program_too() -> None:
    assert is_of("tests/test_tide.py", TESTS) and is_of("tests/test_tide.py", CODE)
    assert not is_of("src/tide.py", TESTS)


def ranked(question: str, part: str = "", **scores: float) -> list[str]:
    paths = {"code": "harbour.py", "prose": "harbour.md", "history": "CHANGES.md", "listing": "tree"}
    hits = [Hit("p", paths[kind], "d", 1, 8, score, frozenset()) for kind, score in scores.items()]
    return [hit.path for hit in suited(hits, question, part)]


def test_prose_goes_first_if_nothing_points_to_another_kind() -> None:
    assert ranked("How do tides work?", code=10.0, prose=9.5) == ["harbour.md", "harbour.py"]
    assert ranked("Which method moves tides?", code=10.0, prose=9.5) == ["harbour.py", "harbour.md"]


def test_a_much_better_place_of_another_kind_stays_first() -> None:
    assert ranked("How do tides work?", history=20.0, prose=9.5) == ["CHANGES.md", "harbour.md"]


def test_the_kind_that_a_part_of_a_compound_question_names_counts_for_more() -> None:
    question = "what do the docs say about tides?"
    assert ranked(question, code=10.0, prose=7.5)[0] == "harbour.py"
    assert ranked(question, PROSE, code=10.0, prose=7.5)[0] == "harbour.md"


def test_the_kind_that_a_question_names_counts_for_more() -> None:
    assert ranked("When was tide_of removed?", code=10.0, history=9.0) == ["CHANGES.md", "harbour.py"]
    assert ranked("Why was tide_of removed?", code=10.0, history=9.0) == ["harbour.py", "CHANGES.md"]


def test_the_list_of_files_goes_last_unless_files_are_asked_for() -> None:
    assert ranked("Who swims with Theo?", listing=10.0, prose=6.0) == ["harbour.md", "tree"]
    assert ranked("Is there a folder for Theo?", listing=10.0, prose=6.0) == ["tree", "harbour.md"]
