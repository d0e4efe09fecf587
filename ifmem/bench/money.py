"""Dollars, by a clock that only counts: what the vendor's cache rules and prices make of a hundred questions, and of a day of them.

Nothing is sent. The rules are those of `core.cache_rules`, the same that the tests' vendor bills by over HTTP; a test holds the plan
against that vendor. Here it is held against a day of questions that come at random.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ifmem.bench.rows import Row, at_most, at_most_times, row
from ifmem.bench.scale import Scale
from ifmem.core.cache_rules import Block, Cache, Prompt, look_up, settle
from ifmem.core.findings import Usage
from ifmem.core.plan import Habits, Holding, Plan
from ifmem.core.prices import Model, model_named

SHARD_MODEL, SYNTHESISER = "claude-haiku-5-5", "claude-sonnet-5-5"
ONE_PAGE, ASKED = 95_000, 100
QUESTIONS_A_DAY = 6_000
PAGE, PAGES = 84_000, {"history": 2, "docs": 2, "code": 5, "working": 1}
INSTRUCTIONS, SYNTHESIS_INSTRUCTIONS = 1_100, 600
EVERY_S = 60.0


@dataclass
class Till:
    """One vendor's cache and bill. `usd` is what the requests cost so far, `uncached_usd` what they would have cost without a cache."""

    model: Model
    ttl: str = "5m"
    cache: Cache = field(default_factory=dict)
    usd: float = 0.0
    uncached_usd: float = 0.0
    asked: int = 0

    def ask(self, page: str, tokens: int, now: float, habits: Habits) -> None:
        """One question to a page, which no earlier one was equal to."""
        self.asked += 1
        question = Block(f"question {self.asked}".encode(), habits.question)
        prompt = Prompt((Block(page.encode(), tokens, self.ttl), question), (Block(b"instructions", INSTRUCTIONS),))
        outcome = look_up(prompt, self.cache, now, self.model.cache_minimum)
        self.cache = settle(self.cache, outcome, now)
        rates = self.model.rates_at(outcome.prompt_tokens)
        used = Usage(outcome.input, outcome.written, outcome.read, habits.output)
        self.usd += rates.cost_usd(used, self.ttl)
        self.uncached_usd += rates.cost_usd(Usage(input=outcome.prompt_tokens, output=habits.output), self.ttl)


def measure_money(place: Path, scale: Scale) -> Iterable[Row]:
    """Needs no place: nothing is written."""
    yield from _hundred_questions()
    yield from _a_day(scale.times(QUESTIONS_A_DAY, least=200))


def _hundred_questions() -> Iterable[Row]:
    """One a minute, input alone."""
    till = Till(_row_of(SHARD_MODEL))
    for number in range(ASKED):
        till.ask("page", ONE_PAGE, number * EVERY_S, Habits(output=0))
    uncached = row("the same, the page sent again uncached with each", "$", [till.uncached_usd])
    what = f"{ASKED} questions to one page of {ONE_PAGE:,} tokens, input"
    yield row(what, "$", [till.usd], at_most_times(0.12)).beside(uncached)
    yield uncached


def _a_day(questions: int) -> Iterable[Row]:
    """On the default four shards with 840K tokens; a quarter of the questions are worth a second shard's page."""
    plan = _plan(questions)
    for name, daily, pages_asked in (
        ("routed", plan.routed, _routed(plan)),
        ("broadcast to all pages", plan.broadcast, _broadcast(plan)),
    ):
        till = _billed(plan, pages_asked)
        synthesis = daily.synthesis or 0.0
        uncached = row(f"the same, {name}, pages sent again uncached", "$ a day", [till.uncached_usd + synthesis])
        total = till.usd + synthesis
        yield row(f"{questions:,} questions a day, {name}", "$ a day", [total]).beside(uncached)
        yield row(f"of it, {name}, making one answer of several findings", "$ a day", [synthesis])
        yield uncached
        off = abs((daily.cached or 0.0) / total - 1) * 100
        yield row(f"ifmem plan, {name}: off what was billed by", "%", [off], at_most(2))


def _plan(questions: int) -> Plan:
    shards = tuple(Holding(name, SHARD_MODEL, "5m", INSTRUCTIONS, (PAGE,) * count) for name, count in PAGES.items())
    return Plan(shards, Habits(questions), SYNTHESISER, SYNTHESIS_INSTRUCTIONS)


def _routed(plan: Plan) -> list[Sequence[str]]:
    """For each question the pages it is read from: one of any shard, and for some of them one of another."""
    chance = random.Random(3)
    pages = _pages(plan)
    asked = plan.habits.questions_per_day
    seconds = round(asked * plan.habits.second_shard)
    chosen = [chance.sample(pages, 2 if number < seconds else 1) for number in range(asked)]
    chance.shuffle(chosen)
    return list(chosen)


def _broadcast(plan: Plan) -> list[Sequence[str]]:
    return [_pages(plan)] * plan.habits.questions_per_day


def _pages(plan: Plan) -> list[str]:
    return [f"{holding.shard} {number}" for holding in plan.holdings for number in range(len(holding.pages))]


def _billed(plan: Plan, pages_asked: Sequence[Sequence[str]]) -> Till:
    """The bill for a day on which these questions come at random moments of its hours."""
    chance, till = random.Random(4), Till(_row_of(SHARD_MODEL))
    moments = sorted(chance.uniform(0.0, plan.habits.hours * 3600) for _ in pages_asked)
    for now, pages in zip(moments, pages_asked, strict=True):
        for page in pages:
            till.ask(page, PAGE, now, plan.habits)
    return till


def _row_of(model: str) -> Model:
    found = model_named(model)
    assert found is not None
    return found
