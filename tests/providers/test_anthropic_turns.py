from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.queries import Turn
from ifmem.providers.anthropic_turns import turns

PAGE = [{"type": "document", "title": "a.md", "cache_control": {"type": "ephemeral"}}]
HISTORY = (Turn("Who counts?", "The keeper."), Turn("When?", "In the morning."))
Words = st.text(min_size=1)


def test_users_and_assistants_take_turns_and_the_question_is_last() -> None:
    messages = turns(HISTORY, "Why?", opening=PAGE)
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2 + ["user"]
    assert messages[-1]["content"] == [{"type": "text", "text": "Why?"}]


@given(st.lists(st.builds(Turn, Words, Words), max_size=4), Words)
def test_what_opens_a_conversation_keeps_its_bytes_however_long_that_gets(history: list[Turn], question: str) -> None:
    opening = json.dumps([{"role": "user", "content": PAGE}])[:-3]
    assert json.dumps(turns(history, question, opening=PAGE)).startswith(opening)


def test_what_belongs_to_the_question_stands_before_it_and_behind_its_history() -> None:
    messages = turns(HISTORY, "Why?", closing=PAGE)
    assert messages[-1]["content"][0] == PAGE[0]
    assert messages[0]["content"] == [{"type": "text", "text": "Who counts?"}]


def test_nothing_given_is_changed() -> None:
    page = list(PAGE)
    turns(HISTORY, "Why?", opening=page)
    assert page == PAGE
