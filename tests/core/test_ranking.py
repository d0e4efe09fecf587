from __future__ import annotations

from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.ranking import conclusion, ranked

QUESTION = "Who counts the herring boats?"
KEEPER = Citation("keeper.md", 1, 3, "The keeper counts the herring boats.", "a" * 64, "docs", "verified", 1.0)
BOATS = Citation("ledger.py", 4, 5, "def count_boats(boats):", "b" * 64, "code", "verified", 9.0)
WIND = Citation("wind.md", 1, 1, "The wind is from the north.", "c" * 64, "docs", "verified", 99.0)
FALSE = Citation("keeper.md", 9, 9, "Nobody counts the herring boats.", "", "docs", "invented", 99.0)


def finding(name: str, *citations: Citation) -> Finding:
    return Finding(name, name, "docs", True, "", citations)


def test_what_holds_more_of_the_question_leads_whatever_another_query_scored() -> None:
    assert ranked(QUESTION, [finding("f_1", WIND, BOATS, FALSE), finding("f_2", KEEPER, WIND)]) == [KEEPER, BOATS, WIND]


def test_of_equals_what_was_come_upon_more_often_leads() -> None:
    other = Citation("other.md", 1, 1, KEEPER.quote, "d" * 64, "docs", "verified", 5.0)
    assert ranked(QUESTION, [finding("f_1", other, KEEPER), finding("f_2", KEEPER)]) == [KEEPER, other]


def test_a_conclusion_quotes_no_lines_twice() -> None:
    overlapping = Citation("keeper.md", 3, 8, "counts herring", "a" * 64, "docs", "verified", 1.0)
    said = conclusion(QUESTION, [finding("f_1", KEEPER, overlapping, BOATS)])
    assert said.citations == (KEEPER, BOATS) and said.found
    assert said.text.startswith("keeper.md:1-3\n    The keeper counts")


def test_nothing_found_is_no_conclusion() -> None:
    assert conclusion(QUESTION, [finding("f_1", FALSE)]) == ("", False, ())
