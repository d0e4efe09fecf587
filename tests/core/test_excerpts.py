from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from ifmem.core.definitions import definition_term
from ifmem.core.documents import Document, Spot
from ifmem.core.excerpts import Excerpt, choose_excerpts
from ifmem.core.passages import Hit
from ifmem.core.stretches import locate
from ifmem.core.text import terms_of
from ifmem.core.windows import CHARACTERS, LINE_CHARACTERS, LINES

WEIGHTS = {"stall": 4.0, "shard": 2.0}


def document(lines: Iterable[str], path: str = "a.md", first_line: int = 1) -> Document:
    return Document(path, "\n".join(lines), "0" * 64, first_line)


def hit(start: int, end: int, score: float = 10.0, path: str = "a.md", matched: tuple[str, ...] = ("stall",)) -> Hit:
    return Hit("page", path, "0" * 64, start, end, score, frozenset(matched))


def chosen(hits: Iterable[Hit], *documents: Document, limit: int = 5) -> list[Excerpt]:
    by_path = {document.path: document for document in documents}
    return choose_excerpts(hits, WEIGHTS, lambda hit: by_path.get(hit.path), limit=limit)


def places(excerpts: Iterable[Excerpt]) -> list[tuple[str, int, int]]:
    return [(excerpt.hit.path, excerpt.start_line, excerpt.end_line) for excerpt in excerpts]


def test_quotes_the_lines_as_they_stand() -> None:
    [excerpt] = chosen([hit(2, 3)], document(["", "  stall  ", "b\r", ""]))
    assert excerpt.quote == "  stall  \nb"


def test_counts_lines_in_the_file_of_a_part() -> None:
    [excerpt] = chosen([hit(101, 102)], document(["x", "stall", "y"], first_line=100))
    assert (excerpt.quote, excerpt.start_line, excerpt.end_line) == ("x\nstall\ny", 100, 102)


def test_merges_neighbours_into_one_of_at_most_a_dozen_lines() -> None:
    lines = [f"line {n}" for n in range(1, 31)]
    lines[13] = "the stall of a shard"
    [excerpt] = chosen([hit(7, 14), hit(13, 20, 9.0)], document(lines))
    assert excerpt.end_line - excerpt.start_line + 1 <= LINES
    assert "the stall of a shard" in excerpt.quote


def test_matched_terms_of_lines_left_out_do_not_count() -> None:
    lines = ["stall", *["x"] * 18, "shard"]
    excerpt = chosen([hit(1, 10), hit(11, 20, 9.0, matched=("shard",))], document(lines))[0]
    assert excerpt.matched == {"stall"}


def test_quotes_the_lines_around_with_the_evidence_in_the_middle() -> None:
    [excerpt] = chosen([hit(20, 20)], document([*["x"] * 19, "stall", *["y"] * 20]))
    assert (excerpt.start_line, excerpt.end_line) == (15, 26)


def test_places_beside_each_other_share_no_line_and_leave_none_out() -> None:
    lines = [f"stall number{n} word{n}" for n in range(1, 25)]
    excerpts = chosen([hit(1, 8), hit(7, 14, 9.0), hit(13, 24, 8.0)], document(lines))
    quoted = sorted((excerpt.start_line, excerpt.end_line) for excerpt in excerpts)
    assert quoted == [(1, 12), (13, 24)]


def test_another_region_goes_before_the_rest_of_a_better_one() -> None:
    lines = [f"stall number{n} word{n}" for n in range(1, 25)]
    elsewhere = document(["stall far away"], "b.md")
    hits = [hit(1, 8), hit(9, 20, 9.5), hit(1, 1, 6.0, "b.md")]
    assert [excerpt.hit.path for excerpt in chosen(hits, document(lines), elsewhere)] == ["a.md", "b.md", "a.md"]


def test_leaves_out_what_scores_far_less_than_the_best() -> None:
    two = [document(["stall a b c"], "a.md"), document(["stall d e f"], "b.md")]
    assert places(chosen([hit(1, 1), hit(1, 1, 2.0, "b.md")], *two)) == [("a.md", 1, 1)]


def test_says_nothing_twice() -> None:
    same = ["the stall of one shard is told by its beat"]
    copies = [document(same, "a.md"), document(same, "b.md"), document(["another stall altogether"], "c.md")]
    hits = [hit(1, 1), hit(1, 1, 9.0, "b.md"), hit(1, 1, 8.0, "c.md")]
    excerpts = chosen(hits, *copies)
    assert places(excerpts) == [("a.md", 1, 1), ("c.md", 1, 1)]
    assert [excerpt.also for excerpt in excerpts] == [(Spot("b.md", 1, 1),), ()]


def test_names_a_copy_also_behind_the_last_excerpt_wanted() -> None:
    same = ["the stall of one shard is told by its beat"]
    [excerpt] = chosen([hit(1, 1), hit(1, 1, 9.0, "b.md")], document(same), document(same, "b.md"), limit=1)
    assert excerpt.also == (Spot("b.md", 1, 1),)


def test_lines_that_overlap_better_ones_are_no_other_place() -> None:
    lines = [f"stall number{n} word{n}" for n in range(40)]
    [excerpt, *others] = chosen([hit(1, 8), hit(20, 27, 9.0)], document(lines))
    assert excerpt.also == ()
    assert all(other.also == () for other in others)


def test_keeps_to_the_limit() -> None:
    documents = [document([f"stall number{n} word{n} thing{n}"], f"{n}.md") for n in range(9)]
    assert len(chosen([hit(1, 1, path=f"{n}.md") for n in range(9)], *documents, limit=5)) == 5


def test_skips_what_is_not_to_be_quoted() -> None:
    assert places(chosen([hit(1, 1), hit(1, 1, 9.0, "b.md")], document(["stall"], "b.md"))) == [("b.md", 1, 1)]


def test_quotes_long_lines_few_at_a_time() -> None:
    [excerpt] = chosen([hit(1, 8)], document(["word " * 100] * 3 + ["stall " + "word " * 100] + ["word " * 100] * 4))
    assert "stall" in excerpt.quote
    assert len(excerpt.quote) <= CHARACTERS + LINES


@pytest.mark.parametrize("filler", ["word ", "a.b(c);", "identifier,"])
def test_quotes_the_evidence_of_a_minified_line_in_whole_words(filler: str) -> None:
    line = filler * 2_000 + "stall,of(a);shard;" + filler * 2_000
    [excerpt] = chosen([hit(1, 1)], document([line]))
    assert {"stall", "shard"} <= set(terms_of(excerpt.quote))
    assert len(excerpt.quote) <= LINE_CHARACTERS
    assert locate([line], excerpt.quote) == (1, 1)


def test_a_quote_begins_at_the_heading_of_its_section_and_not_in_the_one_before() -> None:
    lines = ["# 2.1", *["of the one before"] * 6, "", "# 2.0", "", "- the stall", "- and more"]
    [excerpt] = chosen([hit(3, 12)], document(lines))
    assert excerpt.quote == "# 2.0\n\n- the stall\n- and more"


def test_the_docstring_of_a_class_is_quoted_with_the_class() -> None:
    lines = ["x = 1", "", "", "class Stable:", '    """A stall', "", *["    of a kind"] * 12, '    """']
    [excerpt] = chosen([hit(5, 9, path="a.py")], document(lines, path="a.py"))
    assert excerpt.start_line == 4


def test_quotes_the_definition_that_is_asked_for_from_its_first_line_on_with_its_docstring() -> None:
    lines = ["stall", "x = stall()", "", "@cached", "def stall(shard):", '    """Stall a shard.', *["    more"] * 20]
    asked = hit(3, 10, path="a.py", matched=("stall", definition_term("stall")))
    [excerpt, *_] = chosen([asked, hit(1, 2, 9.0, path="a.py")], document(lines, "a.py"))
    assert (excerpt.start_line, excerpt.end_line) == (4, 4 + LINES - 1)


def test_a_definition_of_long_lines_keeps_within_the_characters_of_a_quote() -> None:
    lines = ["def stall():", *["y" * (CHARACTERS // 3)] * 6]
    asked = hit(1, 7, path="a.py", matched=("stall", definition_term("stall")))
    [excerpt] = chosen([asked], document(lines, "a.py"))
    assert excerpt.start_line == 1
    assert len(excerpt.quote) <= CHARACTERS


def test_a_definition_that_another_excerpt_has_is_not_quoted_twice() -> None:
    lines = ["def stall():", "    stall shard", *["    more"] * 10, "def shard():", "    stall"]
    names = frozenset(("stall", definition_term("stall")))
    first, second = hit(1, 4, path="a.py", matched=tuple(names)), hit(1, 14, 9.0, path="a.py", matched=tuple(names))
    spots = [excerpt.spot for excerpt in chosen([first, second], document(lines, "a.py"))]
    assert all(one.end_line < other.start_line for one, other in pairwise(spots))
