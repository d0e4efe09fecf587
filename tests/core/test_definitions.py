from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.definitions import LONGEST, definition_term, is_definition, names_asked_for, subject_of
from ifmem.core.text import terms_of


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Where is class Flask defined?", ("Flask",)),
        ("where is the Undefined class", ("Undefined",)),
        ("where is `or_`?", ("or_",)),
        ("what file does class Foo live in?", ("Foo",)),
        ("Where is SALT_CHARS set?", ("SALT_CHARS",)),
        ("What does Schema.from_dict() return?", ("from_dict", "Schema.from_dict")),
        ("where is the `__or__` of Signature defined", ("__or__", "Signature.__or__")),
        ("what exceptions can url_concat raise", ("url_concat",)),
        ("What do pre_load and post_load do?", ("pre_load", "post_load")),
        ("what does the --no-cache option do", ("--no-cache",)),
        ("Which file implements LegacyWindowsTerm?", ("LegacyWindowsTerm",)),
        ("signature of merge_errors", ("merge_errors",)),
        ("`NodeTransformer` definition", ("NodeTransformer",)),
        ("def get_task_logger", ("get_task_logger",)),
        ("get_netrc_auth(url, raise_errors=False)", ("get_netrc_auth",)),
        ("What does pause do?", ("pause",)),
    ],
)
def test_hears_whose_definition_is_asked_for(question: str, names: tuple[str, ...]) -> None:
    assert names_asked_for(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "Where is the session stored?",
        "Where is get_page called?",
        "From which hosts does the debugger accept requests?",
        "How does it work?",
        "How do I define a custom filter?",
        "What is the default of max_clients?",
        "",
    ],
)
def test_other_questions_ask_for_no_definition(question: str) -> None:
    assert names_asked_for(question) == ()
    assert subject_of(question) == question


def test_words_that_only_ask_for_a_definition_are_no_part_of_the_subject() -> None:
    assert subject_of("where is class Page declared").split() == ["where", "is", "Page"]
    assert subject_of("what does the --class option do") == "what does the --class option do"


def test_a_pasted_text_asks_for_no_definition() -> None:
    assert names_asked_for("where is Page? " * LONGEST) == ()


def test_spelling_tells_definitions_apart() -> None:
    spelled = ["Session", "session", "_session", "session_", "A.session"]
    assert len(set(map(definition_term, spelled))) == len(spelled)
    assert definition_term("--quiet") == definition_term("quiet")


@given(st.text(min_size=1, max_size=30))
def test_no_text_has_the_term_of_a_definition(text: str) -> None:
    assert not any(map(is_definition, terms_of(text)))
    assert is_definition(definition_term(text))
