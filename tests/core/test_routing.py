from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.routing import choose, combine, term_weights, widen

SCORES = st.dictionaries(st.sampled_from(["history", "docs", "code", "working"]), st.floats(0, 100))


def test_rarity_is_of_the_whole_corpus() -> None:
    weights = term_weights([{"asyncio": 90, "shard": 1}, {"asyncio": 0, "shard": 2}], passages=200)
    assert weights["asyncio"] < weights["shard"]


def test_a_term_that_stands_nowhere_weighs_most() -> None:
    weights = term_weights([{"once": 1, "never": 0, "always": 10}], passages=10)
    assert weights["never"] > weights["once"] > weights["always"] > 0


def test_weights_keep_the_order_of_the_question() -> None:
    assert list(term_weights([{"b": 1, "a": 2}, {"b": 0, "a": 0}], passages=9)) == ["b", "a"]


@pytest.mark.parametrize("frequencies", [[], [{}]])
def test_no_shard_or_no_term_gives_no_weights(frequencies: list[dict[str, int]]) -> None:
    assert term_weights(frequencies, passages=0) == {}


def test_weights_exist_for_an_empty_corpus() -> None:
    assert term_weights([{"a": 0}], passages=0)["a"] > 0


def test_chooses_those_within_the_margin_best_first() -> None:
    assert choose({"code": 8.0, "docs": 10.0, "history": 7.4, "working": 0.0}, 0.75) == ("docs", "code")


def test_equal_scores_go_by_name() -> None:
    assert choose({"docs": 1.0, "code": 1.0}, 1.0) == ("code", "docs")


@given(SCORES, st.floats(0, 1))
def test_chooses_someone_unless_nobody_scores(scores: dict[str, float], margin: float) -> None:
    assert bool(choose(scores, margin)) == any(scores.values())


@given(SCORES, st.floats(0, 1))
def test_widening_asks_everyone_else_who_scores(scores: dict[str, float], margin: float) -> None:
    first = choose(scores, margin)
    more = widen(scores, first)
    assert {*first, *more} == {name for name, score in scores.items() if score > 0}
    assert not set(first) & set(more)


def test_widens_best_first() -> None:
    assert widen({"docs": 3.0, "code": 1.0, "history": 2.0, "working": 0.0}, ["docs"]) == ("history", "code")


def test_the_best_shard_of_each_part_of_a_question_is_among_the_best() -> None:
    assert combine([{"docs": 8.0, "code": 2.0}, {"docs": 0.0, "code": 4.0}]) == {"docs": 8.0, "code": 8.0}


def test_one_part_keeps_its_scores_and_none_has_none() -> None:
    assert combine([{"docs": 8.0, "code": 2.0}]) == {"docs": 8.0, "code": 2.0}
    assert combine([{"docs": 0.0}]) == {"docs": 0.0}
    assert combine([]) == {}
