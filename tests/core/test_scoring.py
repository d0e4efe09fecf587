from __future__ import annotations

import subprocess
import sys

import pytest

from ifmem.core.concepts import search_terms
from ifmem.core.definitions import definition_term
from ifmem.core.documents import Document
from ifmem.core.passages import Passage, cut_passages
from ifmem.core.scoring import IN_TEST, Fields, fields_of, score
from ifmem.core.text import analyse, question_terms

WEIGHTS = {"stall": 4.0, "shard": 2.0}


def value(body: str = "", context: str = "", defines: str = "") -> float:
    return score(WEIGHTS, Fields(context, defines, body)).value


def test_nothing_matched_scores_nothing() -> None:
    assert score(WEIGHTS, Fields("path", "name", "other words")) == (0.0, frozenset())


def test_terms_are_matched_in_the_lines_and_above_them() -> None:
    assert score(WEIGHTS, Fields("stall", "", "shard")).matched == {"stall", "shard"}


def test_a_related_term_counts_but_less_than_the_one_asked_for() -> None:
    weights = dict.fromkeys(search_terms("delete"), 3.0)
    asked, other, none = (
        score(weights, Fields("", "", analyse(text))) for text in ("delete it", "remove it", "see it")
    )
    assert asked.value > other.value > none.value == 0
    assert "delet" in other.matched


def test_a_word_said_in_passing_tells_between_two_passages_and_finds_none() -> None:
    weights = dict.fromkeys(search_terms("nest tides inside itself"), 3.0)
    itself, other, neither = (
        score(weights, Fields("", "", analyse(text))) for text in ("nest tides itself", "nest tides twice", "itself")
    )
    assert itself.value > other.value
    assert itself.matched == other.matched
    assert neither == (0.0, frozenset())


def test_related_terms_in_one_passage_count_once() -> None:
    weights = dict.fromkeys(search_terms("delete"), 3.0)
    both, one = Fields("", "", analyse("delete remove")), Fields("", "", analyse("delete it"))
    assert score(weights, both).value == pytest.approx(score(weights, one).value)


def test_the_rarer_term_counts_more() -> None:
    assert value("stall x") > value("shard x")


def test_both_terms_count_more_than_one_repeated() -> None:
    assert value("stall x x shard") > value("stall stall stall stall")


def test_terms_near_each_other_count_more() -> None:
    assert value("stall shard " + "x " * 20) > value("stall " + "x " * 20 + "shard")


def test_neighbours_of_the_question_count_more_the_nearer_they_stand() -> None:
    assert value("stall x shard " + "x " * 12) > value("stall " + "x " * 12 + "shard x")


def test_terms_that_stand_in_one_stretch_count_more_in_any_order() -> None:
    weights = {"stall": 4.0, "noise": 1.0, "shard": 2.0}
    near, far = "x shard x x stall" + " x" * 28, "shard" + " x" * 30 + " stall x"
    assert score(weights, Fields("", "", near)).value > score(weights, Fields("", "", far)).value


def test_lines_count_more_than_the_path() -> None:
    assert value(body="stall") > value(body="x", context="stall") > 0


def test_a_heading_adds_to_the_lines() -> None:
    assert value(body="stall", context="shard") > value(body="stall")


def test_a_definition_goes_before_a_use() -> None:
    use, definition = Fields("", "", "stall x"), Fields("", "stall", "stall x")
    assert score(WEIGHTS, definition).value > score(WEIGHTS, use).value


def test_the_definition_that_is_asked_for_goes_before_every_use_and_namesake() -> None:
    weights = dict.fromkeys(search_terms("Where is class Shard defined?"), 1.0)
    document = Document("a.py", "class Shard:\n    pass\n\n\n\ndef shard():\n    shard = shard_of(Shard, shard)\n", "")
    asked, namesake = cut_passages(document)
    assert score(weights, fields_of("a.py", asked)).value > score(weights, fields_of("a.py", namesake)).value


def test_a_definition_named_in_full_goes_before_one_named_in_part() -> None:
    assert value("stall shard", defines="stall shard") > value("stall shard", defines="stall shard verdict margin")


def test_a_test_goes_behind_what_it_tests_unless_tests_are_asked_for() -> None:
    passage = Passage(1, 1, "stall")
    test, tested = fields_of("tests/test_verdict.py", passage), fields_of("core/test_drive.md", passage)
    assert score(WEIGHTS, test).value < score(WEIGHTS, tested).value
    asked = {"stall": 4.0, "test": 1.0}
    assert score(asked, test).value >= score(asked, tested).value


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/data/a.txt", True),
        ("test_a.py", True),
        ("src/a.spec.ts", True),
        ("pkg/conftest.py", True),
        ("docs/testing.rst", False),
        ("src/contest.py", False),
        ("latest/a.py", False),
    ],
)
def test_knows_a_test_by_its_path(path: str, is_test: bool) -> None:
    assert (IN_TEST in fields_of(path, Passage(1, 1, "x")).context.split()) is is_test


def test_fields_hold_path_headings_names_and_lines() -> None:
    document = Document("core/lifeCycle.py", "class Verdict:\n    def is_stalled(self): ...\n", "")
    fields = fields_of(document.path, next(cut_passages(document)))
    names = map(definition_term, ("Verdict", "is_stalled", "Verdict.is_stalled"))
    assert fields.context == " ".join(("core lifecycle life cycl py class verdict", *names))
    assert fields.defines.splitlines() == ["verdict", "is_stalled is stall"]
    assert "stall" in fields.body.split()


def test_a_quoted_question_is_no_evidence_for_its_own_answer() -> None:
    asked = dict.fromkeys(question_terms("Why do the tides follow the moon?"), 1.0)
    quoted = Passage(1, 1, 'run("Why do the tides follow the moon?")')
    answers = Passage(1, 1, "The tides follow the moon because of its gravity.")
    assert score(asked, fields_of("Makefile", quoted)).value < score(asked, fields_of("a.md", answers)).value / 4


@pytest.mark.parametrize(
    ("asked", "better", "worse"),
    [
        ("2.3", "Version 2.3.0", "Version 3.0"),
        ("2.3", "Version 2.3.0", "Version 2.3.2"),
        ("1.0", "Version 1.0", "Version 1.0.2"),
        ("2025-11-19", "2025-11-19 session", "2025-11-20 session"),
    ],
)
def test_a_passage_under_another_version_or_date_counts_less(asked: str, better: str, worse: str) -> None:
    weights = dict.fromkeys(search_terms(f"what does {asked} say of tides"), 1.0)
    one, other = (
        score(weights, Fields(analyse(f"a.md {title}"), "", analyse(f"tides of {asked}"))).value
        for title in (better, worse)
    )
    assert one > other


def test_a_place_that_names_no_version_counts_in_full() -> None:
    weights = dict.fromkeys(search_terms("tides since 2.0"), 1.0)
    fields = Fields(analyse("tides.md"), "", analyse("changed in 2.0: tides"))
    assert score(weights, fields).value > score(weights, fields._replace(context=analyse("tides.md 1.4"))).value


def test_a_score_is_the_same_in_every_process() -> None:
    """Sets are in another order in each, and sums of fractions with them."""
    program = (
        "from ifmem.core.scoring import Fields, score\n"
        "words = 'ash beech cedar elm fir gorse hazel larch'.split()\n"
        "weights = {word: 1 / (3 + at) for at, word in enumerate(words)}\n"
        "print(repr(score(weights, Fields(' '.join(words), '', ' '.join(words))).value))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": str(seed)}, capture_output=True, check=True
        ).stdout
        for seed in range(6)
    }
    assert len(told) == 1
