from __future__ import annotations

import pytest

from ifmem.providers.sign_off import is_sign_off, may_be_sign_off

SIGN_OFFS = [
    "",
    "  \n",
    "Done.",
    "**All done!** The session is complete.",
    "Goodbye!",
    "I’ve completed the task. Let me know if you need anything else.",
    "You're welcome!",
    "Is there anything else I can help with?",
]
ANSWERS = [
    "The lighthouse keeper counts them.",
    "Not in the corpus.",
    "`done` is set in worker.py.",
    "Done by the keeper, every morning.",
    "All done by hand: " + "the keeper counts the boats. " * 20,
]


@pytest.mark.parametrize("text", SIGN_OFFS)
def test_knows_a_sign_off(text: str) -> None:
    assert is_sign_off(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_none(text: str) -> None:
    assert not is_sign_off(text)


@pytest.mark.parametrize("text", SIGN_OFFS)
def test_a_sign_off_is_held_back_from_its_first_character(text: str) -> None:
    assert all(may_be_sign_off(text[:end]) for end in range(len(text) + 1))


def test_other_text_need_not_wait() -> None:
    assert not may_be_sign_off("The li")
