from __future__ import annotations

from ifmem.core.company import in_company
from ifmem.core.concepts import Concepts
from ifmem.core.passages import Hit

CONCEPTS = Concepts({"tide": 4.0, "moon": 2.0})


def hit(path: str, start: int, score: float, *matched: str) -> Hit:
    return Hit("page", path, "", start, start + 7, score, frozenset(matched))


def scores(*hits: Hit) -> dict[tuple[str, int], float]:
    return {(one.path, one.start_line): one.score for one in in_company(hits, CONCEPTS)}


def test_a_document_that_holds_the_rest_of_the_question_raises_its_passages() -> None:
    alone, accompanied = hit("a.md", 1, 5.0, "tide"), hit("b.md", 1, 5.0, "tide")
    found = scores(alone, accompanied, hit("b.md", 90, 1.0, "moon"))
    assert found["b.md", 1] > found["a.md", 1]


def test_a_neighbour_raises_a_passage_and_one_further_away_does_not() -> None:
    beside = scores(hit("a.md", 1, 5.0, "tide"), hit("a.md", 9, 5.0, "tide"))
    apart = scores(hit("a.md", 1, 5.0, "tide"), hit("a.md", 99, 5.0, "tide"))
    assert beside["a.md", 1] > apart["a.md", 1]


def test_gives_all_of_them_best_first() -> None:
    hits = [hit("a.md", 1, 1.0, "moon"), hit("b.md", 1, 9.0, "tide"), hit("a.md", 90, 5.0, "tide")]
    found = in_company(hits, CONCEPTS)
    assert sorted(one.path for one in found) == ["a.md", "a.md", "b.md"]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_no_hits_are_no_company() -> None:
    assert in_company([], CONCEPTS) == []
