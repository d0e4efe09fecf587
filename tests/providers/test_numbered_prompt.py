from __future__ import annotations

import re
from dataclasses import replace

from conformance_provider import INSTRUCTIONS, request
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.core.queries import Turn
from ifmem.providers.numbered_prompt import CITING, NO_ANSWER, lay_out, numbered

KEEPER = Document("harbour/keeper.md", "# The keeper\n\nHe counts.\n", "2" * 64)
ANY_TEXT = st.text(st.sampled_from('ab=1| [\n\r\x0b\x0c\x85\u2028"]:'), max_size=60)


def test_every_line_carries_its_number_below_the_path() -> None:
    assert numbered(KEEPER) == "=== harbour/keeper.md ===\n1| # The keeper\n2| \n3| He counts.\n"


def test_a_part_keeps_the_numbers_of_the_file() -> None:
    part = replace(KEEPER, first_line=401, part=2, parts=3)
    assert numbered(part).splitlines()[:2] == ["=== harbour/keeper.md === (part 2 of 3)", "401| # The keeper"]


def test_an_empty_file_is_said_to_be_empty() -> None:
    assert numbered(replace(KEEPER, text="")) == "=== harbour/keeper.md ===\n(this file is empty)\n"


@given(ANY_TEXT, st.text("ab/\n\u2028=", min_size=1, max_size=20))
def test_no_document_can_pass_for_another_one(text: str, path: str) -> None:
    head, *lines = numbered(Document(path, text, "")).splitlines()
    assert head.startswith("=== ")
    assert all(re.match(r"\d+\| ", line) for line in lines) or not text


@given(st.lists(ANY_TEXT.filter(str.strip), min_size=2, max_size=4), st.lists(ANY_TEXT, max_size=2))
def test_prompts_of_one_page_begin_alike(questions: list[str], newer: list[str]) -> None:
    page = page_of([KEEPER])
    overlay = [Document("new.md", text, "") for text in newer]
    prompts = [lay_out(request(one, [page]), page, overlay if at else [], one) for at, one in enumerate(questions)]
    fronts = {(prompt.told, prompt.read[0]) for prompt in prompts}
    assert fronts == {(f"{INSTRUCTIONS}\n\n{CITING}", numbered(KEEPER))}


def test_what_is_newer_stands_behind_the_page_and_says_so() -> None:
    page = page_of([KEEPER])
    prompt = lay_out(request("Who?", [page]), page, [replace(KEEPER, text="She counts.\n")], "Who?")
    assert [text.splitlines()[0] for text in prompt.read] == [
        "=== harbour/keeper.md ===",
        "=== harbour/keeper.md === (newer: it replaces every earlier document of this path)",
    ]


def test_turns_alternate_and_none_is_blank() -> None:
    page = page_of([KEEPER])
    history = (Turn("Who?", "The keeper."), Turn("Why?", " "))
    turns = list(lay_out(request("When?", [page], history=history), page, [], "When?").turns())
    assert [role for role, _ in turns] == ["user", "assistant", "user", "assistant", "user"]
    assert turns[0] == ("user", (numbered(KEEPER), "Question: Who?"))
    assert (turns[3], turns[4]) == (("assistant", (NO_ANSWER,)), ("user", ("Question: When?",)))
