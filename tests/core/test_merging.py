from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.documents import Citation, Spot
from ifmem.core.findings import Finding, Lack
from ifmem.core.merging import CITATIONS, merge, quoted


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


@pytest.mark.parametrize("kind", ["not found", "invented", "stitched"])
def test_a_quote_that_stands_nowhere_is_left_out(kind: str) -> None:
    merged = merge(
        [finding("docs", cited("a", 1.0), cited("b", 9.0, verification=kind)), finding("code", cited("c", 2.0))]
    )
    assert [citation.path for citation in merged.citations] == ["c", "a"]


def test_there_is_an_end_to_the_citations() -> None:
    many = [finding(f"s{n}", cited(f"p{n}", float(n))) for n in range(CITATIONS + 3)]
    assert len(merge(many).citations) == CITATIONS
    assert [citation.path for citation in merge(many, 1).citations] == [f"p{CITATIONS + 2}"]


def test_if_nobody_found_anything_the_nearest_says_so() -> None:
    merged = merge([finding("docs", text="not here", score=0.1), finding("code", text="almost", score=0.2)])
    assert merged == ("almost", False, ())


def test_what_all_lack_is_said_in_one_voice() -> None:
    mine, yours = Lack("q", nowhere=("keel", "mast")), Lack("q", nowhere=("mast",), apart=("keel",))
    merged = merge([replace(finding("docs"), lacks=(mine,), score=1.0), replace(finding("code"), lacks=(yours,))])
    assert not merged.found
    assert "Not in them: mast." in merged.text
    assert "rest of the question: keel." in merged.text


def test_a_part_that_nobody_answers_is_named_under_the_quotes() -> None:
    lack = Lack("who owns the keel", nowhere=("keel",))
    findings = [replace(finding(name, cited(name, 1.0)), lacks=(lack,)) for name in ("docs", "code")]
    assert merge(findings).text.endswith('Not answered: "who owns the keel".\n')
    assert "Not answered" not in merge([findings[0], finding("code", cited("c", 1.0))]).text


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


WORDS = "the keeper counts the herring boats every morning"


def test_a_text_that_stands_in_files_of_two_shards_is_one_citation_that_names_both() -> None:
    one = replace(cited("a.md", 1.0), quote=WORDS, also=(Spot("e.md", 5, 5),))
    other = replace(cited("b.py", 2.0), quote=f"{WORDS} \n")
    merged = merge([finding("docs", one, cited("c", 0.5)), finding("code", other)])
    assert [citation.place for citation in merged.citations] == ["b.py:1", "c:1"]
    assert [spot.place for spot in merged.citations[0].also] == ["a.md:1", "e.md:5"]


def test_two_places_of_one_file_are_two_citations() -> None:
    one, other = (replace(cited("a.md", 1.0, line=line), quote=WORDS) for line in (1, 9))
    assert len(merge([finding("docs", one), finding("code", other)]).citations) == 2


def test_if_nobody_found_anything_the_quotes_that_failed_are_shown() -> None:
    failed = cited("a", 1.0, verification="invented")
    regret = replace(finding("docs", failed, text="It is green. [unverified]"), found=False)
    assert merge([regret]) == ("It is green. [unverified]", False, (failed,))


def written(shard: str, *citations: Citation, score: float = 1.0) -> Finding:
    text = f"as {shard} put it\n"
    return Finding(f"f_{shard}", "q_1", shard, True, text, citations, score=score, provider="anthropic")


def test_what_models_wrote_stands_side_by_side_under_the_names_of_their_shards() -> None:
    merged = merge([written("docs", cited("a", 1.0)), written("code", cited("b", 2.0), score=2.0)])
    assert merged.text == "code:\nas code put it\n\ndocs:\nas docs put it"
    assert [citation.path for citation in merged.citations] == ["b", "a"]


def test_an_extract_beside_a_model_s_words_loses_nothing() -> None:
    extract = finding("docs", cited("a", 1.0), text="a:1\n    text of a\n")
    merged = merge([extract, written("code", cited("b", 2.0, verification="invented"))])
    assert "docs:\na:1\n    text of a" in merged.text and "as code put it" in merged.text
    assert len(merged.citations) == 2  # also the one that failed: the text it belongs to is there
