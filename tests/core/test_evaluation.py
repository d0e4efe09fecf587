from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.documents import Citation
from ifmem.core.evaluation import (
    Change,
    Outcome,
    changes,
    coverage,
    estimate,
    grouped,
    percentiles_ms,
    ranks,
    report,
)
from ifmem.core.questions import Place, Question

HERE, THERE = Place("a.md", 10, 12), Place("b.md", 1, 1)


def cited(path: str, start: int, end: int, quote: str = "") -> Citation:
    return Citation(path, start, end, quote)


def hit(rank: int, **more: object) -> Outcome:
    return Outcome("q", "?", **{"found": True, "rank": rank, "rank_of_all": rank, "domain": "docs", **more})  # type: ignore[arg-type]


def test_the_rank_is_that_of_the_first_citation_that_meets_the_evidence() -> None:
    question = Question("q", "?", (HERE, THERE))
    assert ranks(question, [cited("a.md", 1, 9), cited("a.md", 12, 20), cited("b.md", 1, 1)]) == (2, 2)
    assert ranks(question, [cited("a.md", 1, 9)]) == (0, 0)


def test_all_of_the_evidence_is_there_with_the_last_of_its_places() -> None:
    question = Question("q", "?", (HERE, THERE), every=True)
    assert ranks(question, [cited("a.md", 12, 20), cited("c.md", 1, 1), cited("b.md", 1, 1)]) == (1, 3)
    assert ranks(question, [cited("a.md", 12, 20)]) == (1, 0)


def test_a_citation_without_the_words_that_must_be_in_it_is_no_hit() -> None:
    question = Question("q", "?", (HERE,), must_contain=("ninety", "90"))
    assert ranks(question, [cited("a.md", 10, 10, "nothing"), cited("a.md", 12, 12, "after 90 s")]) == (2, 2)


def test_a_report_counts_hits_by_depth_refusals_and_routing() -> None:
    outcomes = [
        hit(1, scores={"docs": 3.0, "code": 2.0}),
        hit(4, scores={"docs": 1.0, "code": 2.0}),
        hit(0, found=False, scores={"code": 2.0}),
        hit(0, answerable=False, domain="", found=False),
        hit(0, answerable=False, domain=""),
    ]
    found = report(outcomes)
    assert (found.answerable, found.not_found) == (3, 2)
    values = {name: round(one["value"], 3) for name, one in found.to_dict().items() if isinstance(one, dict)}
    assert values == {
        "hit_at_1": 0.333,
        "hit_at_5": 0.667,
        "hit_at_10": 0.667,
        "all_at_5": 0.667,
        "mrr": 0.417,
        "routed_at_1": 0.333,
        "routed_at_2": 0.667,
        "false_refusals": 0.333,
        "refusals": 0.5,
    }


def test_a_group_without_questions_of_a_kind_has_no_rate_for_it() -> None:
    assert report([]).hit_at_1 is None
    assert report([hit(1)]).refusals is None


def test_groups_are_reported_by_name() -> None:
    groups = grouped([hit(1), hit(0, domain="code"), hit(0, domain="")], lambda one: one.domain)
    assert list(groups) == ["code", "docs"]
    assert groups["docs"].answerable == 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_is_the_same_each_time(values: list[float]) -> None:
    found = estimate(values)
    assert found is not None
    assert found.low - 1e-3 <= found.value <= found.high + 1e-3
    assert found == estimate(values)


def test_a_wider_margin_asks_more_shards_and_misses_fewer() -> None:
    outcomes = [hit(1, scores={"docs": 1.0, "code": 0.8}), hit(1, scores={"docs": 0.5, "code": 1.0})]
    rows = {row.margin: row[1:] for row in coverage(outcomes)}
    assert rows[1.0] == (1.0, 0.5)
    assert rows[0.75] == (1.5, 0.5)
    assert rows[0.4] == (2.0, 1.0)
    assert coverage([hit(0, answerable=False)]) == ()


def test_percentiles_of_none_one_and_many() -> None:
    assert percentiles_ms([]) == {}
    assert percentiles_ms([hit(1, duration_ms=3.0)]) == {"p50": 3.0, "p95": 3.0}
    assert percentiles_ms([hit(1, duration_ms=float(n)) for n in range(101)]) == {"p50": 50.0, "p95": 95.0}


def test_changes_are_the_questions_that_went_another_way() -> None:
    old = [Outcome("a", "A?", found=True, rank=1), Outcome("b", "B?"), Outcome("gone", "?")]
    new = [Outcome("a", "A?", found=True, rank=3), Outcome("b", "B?"), Outcome("new", "?")]
    assert changes(old, new) == [Change("a", "A?", 1, 3)]
    assert changes(old, [Outcome("a", "A?")]) == [Change("a", "A?", 1, None)]


def test_an_outcome_reads_its_own_json_back() -> None:
    outcome = hit(2, scores={"docs": 1.5})
    assert Outcome.from_json(outcome.to_json()) == outcome


@pytest.mark.parametrize(
    ("scores", "place"), [({"docs": 2.0, "code": 1.0}, 1), ({"docs": 1.0, "code": 2.0}, 2), ({}, 0)]
)
def test_knows_where_the_routing_put_the_owner(scores: dict[str, float], place: int) -> None:
    assert hit(1, scores=scores).routed == place
