from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.text import LONGEST_WORD, MONTHS, QUESTION_TERMS, analyse, question_terms, question_words, terms_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Running runs", "run run"),
        ("max_file_bytes", "max_file_bytes max file byte"),
        ("maxFileBytes", "maxfilebytes max file byte"),
        ("HTTPServer", "httpserver http server"),
        ("sha256", "sha256 sha 256"),
        ("__init__ or_ _private", "__init__ init or_ or _private privat"),
        ("_so_ __ _max_bytes", "so max_bytes max byte"),
        ("Café CAFÉ cafe", "cafe cafe cafe"),
        ("re\u0301sume\u0301", "resum"),
        ("東京都庁", "東京 京都 都庁"),
        ("a _ b -- !", "a b"),
        ("", ""),
        ("v2.0.3, 3.11+", "2_0_3 2_0 3_11"),
        ("(2026-06-03)", "2026_06_03 2026_06 2026 june"),
        ("2025-11-19-notes.md", "2025_11_19 2025_11 2025 novemb note md"),
        ("children wrote it", "child write it"),
        ("lines 12-13", "line 12 13"),
    ],
)
def test_analyses_words_identifiers_and_scripts_without_spaces(text: str, terms: str) -> None:
    assert analyse(text) == terms


@pytest.mark.parametrize("spelling", ["max_file_bytes", "maxFileBytes", "MAX_FILE_BYTES", "max file bytes"])
def test_every_spelling_of_a_name_shares_its_parts(spelling: str) -> None:
    assert {"max", "file", "byte"} <= set(terms_of(spelling))


def test_drops_question_words() -> None:
    assert question_terms("How does the event loop detect slow callbacks?") == (
        "event",
        "loop",
        "detect",
        "slow",
        "callback",
    )


def test_a_version_or_date_is_asked_for_as_a_whole() -> None:
    assert question_terms("What changed in v2.0.3 on 2026-06-03?") == ("chang", "2_0_3", "2026_06_03")
    assert set(question_terms("since 2.0 in June 2026")) <= {"2_0", "june", "2026"}


def test_months_are_named_as_they_are_stemmed() -> None:
    assert [terms_of(f"{date(2026, month, 1):%B}")[0] for month in range(1, 13)] == MONTHS


def test_the_kind_of_the_answer_is_no_evidence() -> None:
    assert question_terms("Which file imports sqlite?") == ("import", "sqlite")
    assert question_terms("What do the docs say about sqlite?") == ("sqlite",)
    assert question_terms("What does the code 124 mean?") == ("code", "124")
    assert question_terms("What functions call the class?") == ("call", "class")
    assert question_terms("what class") == ("what", "class")


def test_keeps_question_words_when_there_is_nothing_else() -> None:
    assert question_terms("who is it") == ("who", "is", "it")


def test_knows_each_word_as_it_was_written() -> None:
    assert question_words("Where is JSONDecodeError raised?") == {
        "JSONDecodeError": ("jsondecodeerror", "json", "decod", "error"),
        "raised": ("rais",),
    }


def test_names_a_word_once_whatever_its_form() -> None:
    assert list(question_words("pages, Page and paging a page")) == ["pages"]


def test_takes_the_first_terms_of_a_question_of_a_megabyte() -> None:
    question = " ".join(f"word{number}x" for number in range(100_000))
    terms = question_terms(question)
    assert terms[0] == "word0x"
    assert QUESTION_TERMS - 4 <= len(terms) <= QUESTION_TERMS


def test_takes_a_word_of_a_megabyte_in_pieces() -> None:
    assert question_terms("x" * 1_000_000)[0] == "x" * LONGEST_WORD


@given(st.text())
def test_terms_are_what_the_index_can_store(text: str) -> None:
    for term in terms_of(text):
        assert term == term.strip()
        assert not set(' "()*-^:.,') & set(term)


@given(st.text(max_size=200))
def test_a_text_is_found_by_its_own_question(text: str) -> None:
    assert set(question_terms(text)) <= set(terms_of(text))


@given(st.text(st.sampled_from("ab_ Z9(.-\n"), max_size=200) | st.just("x" * 200))
def test_ascii_is_analysed_as_all_other_text_is(text: str) -> None:
    assert terms_of(text) == terms_of(f"{text} é")[:-1]
