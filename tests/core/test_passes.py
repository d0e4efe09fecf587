from __future__ import annotations

import pytest

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.passes import Known, derive
from ifmem.core.search_plan import WAYS, SubQuestion

QUESTION = "Where are retries of the bus limited?"
SHARDS = ("docs", "code")
QUOTE = Citation("bus.py", 3, 4, "MAX_TRIES = 5  # retries give up here", "a" * 64, "code", "verified", 2.0)
FALSE = Citation("bus.py", 9, 9, "Everything is retried for ever by Nobody", "", "code", "invented", 9.0)
KNOWN = Known(QUESTION, SHARDS, (Finding("f", "t", "code", True, "", (QUOTE, FALSE)),))


def texts(way: str, known: Known = KNOWN, width: int = 6) -> list[str]:
    return [one.text for one in derive(way, known, (), width)]


def test_the_first_pass_asks_the_question_itself_everywhere() -> None:
    first, second, *others = derive("scan", Known(QUESTION, SHARDS), (), 6)
    assert (first, second) == (SubQuestion(QUESTION, "docs"), SubQuestion(QUESTION, "code"))
    assert others[0].text == "retries bus"


def test_validation_asks_in_the_other_shards() -> None:
    asked = derive("validate", KNOWN, (), 1)
    assert asked == [SubQuestion("retries bus MAX_TRIES", "docs")] or asked[0].shard == "docs"
    assert "MAX_TRIES" in asked[0].text


@pytest.mark.parametrize(
    ("way", "word"), [("challenge", "fails"), ("monitor", "TODO"), ("cross-reference", "MAX_TRIES")]
)
def test_each_way_asks_in_words_of_its_own(way: str, word: str) -> None:
    assert word in texts(way)[0]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_asks_twice_nor_more_than_it_may(way: str) -> None:
    first = derive(way, KNOWN, (), 3)
    assert 0 < len(first) <= 3
    assert len(set(first)) == len(first)
    assert not set(first) & set(derive(way, KNOWN, first, 3))


@pytest.mark.parametrize("way", WAYS)
def test_no_way_builds_on_a_quote_that_does_not_stand(way: str) -> None:
    assert not any("Nobody" in text for text in texts(way, width=50))


@pytest.mark.parametrize("way", WAYS)
def test_every_way_copes_with_nothing_found_and_nothing_to_ask(way: str) -> None:
    assert isinstance(derive(way, Known("?", SHARDS), (), 3), list)
