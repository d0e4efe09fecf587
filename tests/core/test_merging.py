from __future__ import annotations

from ifmem.core.merging import CITATIONS, merge, quoted
from ifmem.core.records import Citation, Finding, Spot


def cited(path: str, score: float, line: int = 1, verification: str = "verified") -> Citation:
    return Citation(path, line, line, f"text of {path}", score=score, verification=verification)


def finding(shard: str, *citations: Citation, text: str = "", score: float = 0.0) -> Finding:
    return Finding(f"f_{shard}", "q_1", shard, found=bool(citations), text=text, citations=citations, score=score)


def test_one_finding_passes_through() -> None:
    only = finding("docs", cited("a.md", 1.0), text="as the shard worded it")
    merged = merge([only, finding("code", text="nothing here", score=9.0)])
    assert merged == ("as the shard worded it", True, only.citations)


def test_of_several_the_best_citations_lead_whichever_shard_they_came_from() -> None:
    merged = merge([finding("docs", cited("a", 1.0), cited("b", 3.0)), finding("code", cited("c", 2.0))])
    assert [citation.path for citation in merged.citations] == ["b", "c", "a"]
    assert merged.text.index("text of b") < merged.text.index("text of c") < merged.text.index("text of a")


def test_a_place_that_two_shards_cite_stands_once() -> None:
    merged = merge([finding("docs", cited("a", 1.0)), finding("working", cited("a", 2.0), cited("a", 1.0, line=9))])
    assert [(citation.score, citation.start_line) for citation in merged.citations] == [(2.0, 1), (1.0, 9)]


def test_equal_scores_have_one_order() -> None:
    one, other = finding("docs", cited("b", 1.0)), finding("code", cited("a", 1.0))
    assert merge([one, other]) == merge([other, one])


def test_a_quote_that_stands_nowhere_is_left_out() -> None:
    merged = merge(
        [finding("docs", cited("a", 1.0), cited("b", 9.0, verification="not found")), finding("code", cited("c", 2.0))]
    )
    assert [citation.path for citation in merged.citations] == ["c", "a"]


def test_there_is_an_end_to_the_citations() -> None:
    many = [finding(f"s{n}", cited(f"p{n}", float(n))) for n in range(CITATIONS + 3)]
    assert len(merge(many).citations) == CITATIONS
    assert [citation.path for citation in merge(many, 1).citations] == [f"p{CITATIONS + 2}"]


def test_if_nobody_found_anything_the_nearest_says_so() -> None:
    merged = merge([finding("docs", text="not here", score=0.1), finding("code", text="almost", score=0.2)])
    assert merged == ("almost", False, ())


def test_nothing_merges_to_nothing() -> None:
    assert merge([]) == ("", False, ())


def test_a_place_is_written_as_editors_write_it() -> None:
    assert Citation("a.py", 3, 3, "").place == "a.py:3"
    assert Citation("a.py", 3, 7, "").place == "a.py:3-7"


def test_a_quote_is_set_off_and_loses_only_the_indent_it_had_as_a_whole() -> None:
    text = quoted(Citation("a.py", 1, 2, "\tif x:\n\t\treturn"))
    assert text == "a.py:1-2\n    if x:\n        return\n\n"


def test_every_finding_keeps_its_best_citation() -> None:
    loud = finding("docs", *(cited(f"d{n}", 10.0 - n) for n in range(6)))
    merged = merge([loud, finding("code", cited("c", 2.0), cited("e", 1.0))])
    assert [citation.path for citation in merged.citations] == ["d0", "d1", "d2", "d3", "c"]


def test_a_quote_names_the_other_places_that_say_the_same() -> None:
    also = (Spot("b.md", 3, 4), Spot("c.md", 9, 9))
    assert quoted(Citation("a.md", 1, 1, "same", also=also)).startswith("a.md:1 (also b.md:3-4, c.md:9)\n")


def test_a_citation_reads_the_other_places_back() -> None:
    citation = Citation("a.md", 1, 1, "same", also=(Spot("b.md", 3, 4),))
    assert Citation.from_json(citation.to_json()) == citation
