"""What loading and asking will cost, before anything is spent: `ifmem plan`. Pure; US dollars, sizes in tokens.

Beside it stand two baselines: the same pages sent again with every question (`uncached`), and extractive answers, which cost nothing.
What a plan cannot know is in `Habits`, each with the value that is assumed. Questions are taken to spread evenly over the pages and over
the hours: of all ways to ask, the one that a cache gains least from.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean

from ifmem.core.findings import Usage
from ifmem.core.page_costs import PageCosts
from ifmem.core.prices import model_named, total_usd

DAYS = 365
MOST_QUESTIONS = 1 << 24  # a day; who asks more is not helped by a plan


@dataclass(frozen=True)
class Habits:
    """How the set is taken to be used. `second_shard` is the share of questions that two shards are asked, `hours` those of a day in
    which questions come. `finding` is what a shard's finding is in the prompt of a synthesis."""

    questions_per_day: int = 100
    hours: float = 8.0
    second_shard: float = 0.25
    question: int = 50
    output: int = 400
    finding: int = 700


@dataclass(frozen=True)
class Holding:
    """What a shard holds: its pages' sizes, and the model that reads them (empty: they are read extractively). `measured`: the
    vendor has counted them."""

    shard: str
    model: str
    ttl: str
    instructions: int
    pages: tuple[int, ...]
    measured: bool = False

    @property
    def tokens(self) -> int:
        return sum(self.pages)

    def costs(self, habits: Habits) -> list[PageCosts] | None:
        """Of each page; None without a known price."""
        row = model_named(self.model)
        if row is None:
            return None
        return [
            PageCosts(row, self.ttl, self.instructions, page, habits.question, habits.output) for page in self.pages
        ]


@dataclass(frozen=True)
class Outlay:
    """A shard's dollars: to warm all of its pages, and for a question to one of them, the mean over them. None: no price is known, or
    there is nothing to pay for. `pays_from` questions within one life of a page cost less than re-reading it."""

    warm_all: float | None = None
    cold: float | None = None
    warm: float | None = None
    uncached: float | None = None
    pays_from: int | None = None


@dataclass(frozen=True)
class Daily:
    """A day's dollars: with the cache, and sending the same prompts without it. Both include `synthesis`. None: no price is known."""

    cached: float | None
    uncached: float | None
    synthesis: float | None


@dataclass(frozen=True)
class Plan:
    """`synthesiser` is the model that makes one answer of several findings (empty: none does)."""

    holdings: tuple[Holding, ...]
    habits: Habits = Habits()
    synthesiser: str = ""
    synthesiser_instructions: int = 0
    kept_warm: bool = False
    budget_day_usd: float = math.inf

    @property
    def read(self) -> tuple[Holding, ...]:
        """What models read. Other shards cost nothing."""
        return tuple(holding for holding in self.holdings if holding.model and holding.pages)

    @cached_property
    def pages(self) -> list[PageCosts] | None:
        """Every page that a model reads; None without a known price."""
        costs = [holding.costs(self.habits) for holding in self.read]
        return None if None in costs else [page for of_shard in costs for page in of_shard or ()]

    def outlay(self, holding: Holding) -> Outlay:
        pages = holding.costs(self.habits)
        if not pages:
            return Outlay()
        starts = [page.pays_from for page in pages]
        return Outlay(
            warm_all=sum(page.warming for page in pages),
            cold=fmean(page.cold for page in pages),
            warm=fmean(page.warm for page in pages),
            uncached=fmean(page.uncached for page in pages),
            pays_from=None if None in starts else max(start or 0 for start in starts),
        )

    @property
    def reads_per_question(self) -> float:
        """Pages that a routed question is read from."""
        return 1.0 + (self.habits.second_shard if len(self.read) > 1 else 0.0)

    @property
    def routed(self) -> Daily:
        """The question goes to the page, or the two pages, that the local index holds to be worth it."""
        questions = self.habits.questions_per_day
        per_page = questions * self.reads_per_question / max(1, len(self.pages or ()))
        return self._daily(per_page, questions * (self.reads_per_question - 1.0))

    @property
    def broadcast(self) -> Daily:
        """Every question goes to every page."""
        questions = self.habits.questions_per_day
        return self._daily(questions, questions if len(self.read) > 1 else 0.0)

    @property
    def pays(self) -> bool:
        """Whether a routed day costs less than reading the same pages again every time."""
        routed = self.routed
        return routed.cached is not None and routed.uncached is not None and routed.cached < routed.uncached

    @property
    def pays_from(self) -> int | None:
        """The fewest questions a day that pay; None if no number does."""
        return _first(lambda questions: self.with_questions(questions).pays)

    def with_questions(self, questions: int) -> Plan:
        return replace(self, habits=replace(self.habits, questions_per_day=questions))

    def with_ttl(self, ttl: str) -> Plan:
        return replace(self, holdings=tuple(replace(holding, ttl=ttl) for holding in self.holdings))

    @property
    def affordable(self) -> int | None:
        """The most questions a day that keep to the daily budget, if routed; None without a known price, or if any number does."""
        if self.routed.cached is None:
            return None

        def is_over(questions: int) -> bool:
            return (self.with_questions(questions).routed.cached or 0.0) > self.budget_day_usd

        over = _first(is_over)
        return None if over is None else over - 1

    def _daily(self, per_page: float, syntheses: float) -> Daily:
        synthesis = self._synthesis(syntheses)
        if self.pages is None:
            return Daily(None, None, synthesis)
        gap_s = self.habits.hours * 3600 / per_page if per_page else 0.0
        cached = sum(page.day(per_page, gap_s, kept_warm=self.kept_warm) for page in self.pages)
        uncached = sum(per_page * page.uncached for page in self.pages)
        return Daily(total_usd((cached, synthesis)), total_usd((uncached, synthesis)), synthesis)

    def _synthesis(self, syntheses: float) -> float | None:
        if not self.synthesiser or not syntheses:
            return 0.0
        row, habits = model_named(self.synthesiser), self.habits
        if row is None:
            return None
        sent = Usage(input=self.synthesiser_instructions + habits.question + 2 * habits.finding, output=habits.output)
        return syntheses * row.rates_at(sent.input).cost_usd(sent, "5m")


def _first(holds: Callable[[int], bool]) -> int | None:
    """The smallest number of questions from which on it holds; it is taken to go on to hold."""
    if not holds(MOST_QUESTIONS):
        return None
    low, high = 0, MOST_QUESTIONS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
