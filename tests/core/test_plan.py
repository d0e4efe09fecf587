from __future__ import annotations

from dataclasses import replace

import pytest

from ifmem.core.plan import Habits, Holding, Plan
from ifmem.core.plan_advice import advise

HAIKU = "claude-haiku-5-5"
CODE = Holding("code", HAIKU, "5m", 1_000, (84_000, 84_000))
DOCS = Holding("docs", HAIKU, "5m", 1_000, (84_000,))
PLAN = Plan((CODE, DOCS), Habits(questions_per_day=3_000), budget_day_usd=5.0)


def verdict(plan: Plan) -> str:
    return next(iter(advise(plan)))


def test_a_routed_question_reads_one_page_or_two() -> None:
    assert PLAN.reads_per_question == 1.25
    assert replace(PLAN, holdings=(CODE,)).reads_per_question == 1.0


def test_broadcast_reads_every_page_for_every_question() -> None:
    page = CODE.costs(PLAN.habits)[0]  # type: ignore[index]
    assert PLAN.broadcast.uncached == pytest.approx(3 * 3_000 * page.uncached)
    assert PLAN.broadcast.cached == pytest.approx(3 * (page.cold + 2_999 * page.warm))


def test_routed_asking_is_compared_with_the_same_pages_sent_again() -> None:
    page = CODE.costs(PLAN.habits)[0]  # type: ignore[index]
    assert PLAN.routed.uncached == pytest.approx(3_750 * page.uncached)
    assert PLAN.routed.cached == pytest.approx(3 * page.cold + 3_747 * page.warm)


def test_synthesis_costs_the_same_with_and_without_a_cache() -> None:
    with_it = replace(PLAN, synthesiser="claude-sonnet-5-5", synthesiser_instructions=600)
    each = ((600 + 50 + 2 * 700) * 2 + 400 * 10) / 1e6
    assert with_it.routed.synthesis == pytest.approx(750 * each)
    assert with_it.broadcast.synthesis == pytest.approx(3_000 * each)
    for asked in ("cached", "uncached"):
        difference = getattr(with_it.routed, asked) - getattr(PLAN.routed, asked)
        assert difference == pytest.approx(750 * each)


def test_the_break_even_is_where_paying_begins() -> None:
    start = PLAN.pays_from
    assert start is not None
    assert PLAN.with_questions(start).pays and not PLAN.with_questions(start - 1).pays
    assert verdict(PLAN).startswith("It pays: ")
    assert f"from {start:,} questions a day on" in verdict(PLAN)


def test_it_says_plainly_when_questions_are_too_few() -> None:
    few = PLAN.with_questions(10)
    assert verdict(few).startswith("Do not use model shards for this: at 10 questions a day a page is cold")
    assert f"from {PLAN.pays_from:,} questions a day on" in verdict(few)


def test_it_says_plainly_when_there_is_too_little_to_cache() -> None:
    small = replace(PLAN, holdings=(replace(DOCS, instructions=100, pages=(300,)),))
    assert verdict(small).startswith("Do not use model shards for this: the vendor caches nothing under 512 tokens")
    assert (small.pays, small.pays_from) == (False, None)


def test_an_hour_of_life_is_advised_where_it_is_cheaper() -> None:
    rare = PLAN.with_questions(100)
    hour = rare.with_ttl("1h").routed.cached
    assert f'Cheaper: cache_ttl = "1h", ${hour:.2f} a day.' in list(advise(rare))
    assert not [said for said in advise(rare.with_ttl("1h")) if said.startswith("Cheaper")]


def test_what_the_budget_is_enough_for_is_said_if_it_is_too_little() -> None:
    most = replace(PLAN, budget_day_usd=1.0).affordable
    assert most is not None
    assert (
        (PLAN.with_questions(most).routed.cached or 0.0) <= 1.0 < (PLAN.with_questions(most + 1).routed.cached or 0.0)
    )
    assert (
        f"Over the budget: $1.00 a day is enough for {most:,} questions"
        in list(advise(replace(PLAN, budget_day_usd=1.0)))[-1]
    )
    assert not [said for said in advise(replace(PLAN, budget_day_usd=50.0)) if "budget" in said]


def test_shards_without_a_model_cost_nothing() -> None:
    free = Plan((replace(CODE, model=""), replace(DOCS, model="")))
    assert (free.routed.cached, free.routed.uncached, free.pays) == (0.0, 0.0, False)
    assert verdict(free) == "Nothing to pay: these shards answer extractively."


def test_nothing_loaded_is_no_use_for_a_model() -> None:
    assert verdict(Plan((replace(CODE, pages=()),))) == "Do not use model shards for this: nothing is loaded."


def test_a_price_that_is_not_known_is_not_guessed() -> None:
    unknown = Plan((CODE, replace(DOCS, model="some-local-model")))
    assert (unknown.routed.cached, unknown.broadcast.uncached, unknown.pays_from, unknown.affordable) == (None,) * 4
    assert verdict(unknown) == "No price is known for a model here: its cost cannot be planned."


def test_the_outlay_of_a_shard_is_of_its_pages() -> None:
    outlay, page = PLAN.outlay(CODE), CODE.costs(PLAN.habits)[0]  # type: ignore[index]
    assert outlay.warm_all == pytest.approx(2 * page.warming)
    assert (outlay.cold, outlay.warm, outlay.pays_from) == (page.cold, page.warm, 2)
    assert PLAN.outlay(replace(CODE, model="some-local-model")).cold is None
