from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Citation
from ifmem.core.marking import JOINED, NOWHERE, marked


def cited(kind: str) -> Citation:
    return Citation("a.md", 1, 1, "a quote", verification=kind)


GOOD, BAD, STITCHED = cited("verified"), cited("invented"), cited("stitched")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (["It is green.", GOOD, " It is old.", BAD], f"It is green. It is old.{NOWHERE}"),
        (["It is green.", BAD, " It is old.", GOOD], f"It is green.{NOWHERE} It is old."),
        (["It is ", "green", BAD, " and old. It floats."], f"It is green and old.{NOWHERE} It floats."),
        (["See e.g. the", BAD, " ledger, i.e. the book. More."], f"See e.g. the ledger, i.e. the book.{NOWHERE} More."),
        (["It is 1.5 m", BAD, " (v2.1) long. More."], f"It is 1.5 m (v2.1) long.{NOWHERE} More."),
        (["- one", BAD, "\n- two\n", GOOD], f"- one{NOWHERE}\n- two\n"),
        (["It is green.\n\n", BAD, "Next."], f"It is green.{NOWHERE}\n\nNext."),
        (["It is green", STITCHED], f"It is green{JOINED}"),
        (["He said “go.”", BAD, " They went."], f"He said “go.”{NOWHERE} They went."),
        ([BAD, "It is green. Or not."], f"It is green.{NOWHERE} Or not."),
        (["它是绿色的。", BAD, "它很老。"], f"它是绿色的。{NOWHERE}它很老。"),
    ],
)
def test_the_sentence_of_a_failed_quote_is_marked(said: list[str | Citation], text: str) -> None:
    assert marked(said) == text


def test_a_sentence_has_each_mark_once() -> None:
    assert marked(["It is", BAD, " green.", BAD, BAD, " Yes."]) == f"It is green.{NOWHERE} Yes."
    assert marked(["It is green.", BAD, STITCHED]).count("[unverified") == 2


@pytest.mark.parametrize("kind", ["verified", "moved", "wrong file", "stale"])
def test_a_quote_that_stands_leaves_the_text_alone(kind: str) -> None:
    assert marked(["It is green.", cited(kind), " So."]) == "It is green. So."


def test_nothing_said_is_nothing_marked() -> None:
    assert marked([]) == ""
    assert marked(["", GOOD]) == ""


@given(st.lists(st.one_of(st.text(), st.sampled_from([GOOD, BAD, STITCHED]))))
def test_nothing_is_taken_out_and_every_failure_shows(said: list[str | Citation]) -> None:
    text = marked(said)
    assert text.replace(NOWHERE, "").replace(JOINED, "") == "".join(one for one in said if isinstance(one, str))
    assert (NOWHERE in text) == (BAD in said)
    assert (JOINED in text) == (STITCHED in said)
