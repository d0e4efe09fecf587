from __future__ import annotations

from ifmem.core.passages import Passage, cut_passages
from ifmem.core.records import Document
from ifmem.core.scoring import Fields, fields_of, score
from ifmem.core.text import question_terms

WEIGHTS = {"stall": 4.0, "shard": 2.0}


def value(body: str = "", context: str = "", defines: str = "") -> float:
    return score(WEIGHTS, Fields(context, defines, body)).value


def test_nothing_matched_scores_nothing() -> None:
    assert score(WEIGHTS, Fields("path", "name", "other words")) == (0.0, ())


def test_matched_terms_come_in_the_order_of_the_question() -> None:
    assert score(WEIGHTS, Fields("stall", "", "shard")).matched == ("stall", "shard")


def test_the_rarer_term_counts_more() -> None:
    assert value("stall x") > value("shard x")


def test_both_terms_count_more_than_one_repeated() -> None:
    assert value("stall x x shard") > value("stall stall stall stall")


def test_terms_near_each_other_count_more() -> None:
    assert value("stall shard " + "x " * 20) > value("stall " + "x " * 20 + "shard")


def test_lines_count_more_than_the_path() -> None:
    assert value(body="stall") > value(body="x", context="stall") > 0


def test_a_heading_adds_to_the_lines() -> None:
    assert value(body="stall", context="shard") > value(body="stall")


def test_a_definition_goes_before_a_use() -> None:
    use, definition = Fields("", "", "stall x"), Fields("", "stall", "stall x")
    assert score(WEIGHTS, definition).value > score(WEIGHTS, use).value


def test_a_definition_named_in_full_goes_before_one_named_in_part() -> None:
    assert value("stall shard", defines="stall shard") > value("stall shard", defines="stall shard verdict margin")


def test_a_test_goes_behind_what_it_tests_unless_tests_are_asked_for() -> None:
    assert value("stall", context="test") < value("stall")
    asked = {"stall": 4.0, "test": 1.0}
    assert score(asked, Fields("test", "", "stall")).value > score(asked, Fields("", "", "stall")).value


def test_fields_hold_path_headings_names_and_lines() -> None:
    document = Document("core/lifeCycle.py", "class Verdict:\n    def is_stalled(self): ...\n", "")
    fields = fields_of(document.path, next(cut_passages(document)))
    assert fields.context == "core lifecycle life cycl py class verdict"
    assert fields.defines.splitlines() == ["verdict", "is_stalled is stall"]
    assert "stall" in fields.body.split()


def test_a_quoted_question_is_no_evidence_for_its_own_answer() -> None:
    asked = dict.fromkeys(question_terms("Why do the tides follow the moon?"), 1.0)
    quoted = Passage(1, 1, 'run("Why do the tides follow the moon?")')
    answers = Passage(1, 1, "The tides follow the moon because of its gravity.")
    assert score(asked, fields_of("Makefile", quoted)).value < score(asked, fields_of("a.md", answers)).value / 4
