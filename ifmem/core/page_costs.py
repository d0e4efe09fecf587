"""What questions to one page cost, cold, warm and without a cache, by the vendor's cache rules and the price table. Pure; US dollars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from ifmem.core.cache_rules import LIVES_S, Block, Outcome, Prompt, look_up, settle
from ifmem.core.findings import Usage
from ifmem.core.prices import Model

EARLY_S = 30.0  # how long before a page would lapse it is read again
REFRESH = Usage(input=10, output=1)  # what keeping a page warm sends and gets, beside the page


@dataclass(frozen=True)
class PageCosts:
    """One page of a model with known prices; sizes in tokens, as the vendor counts. `ttl` is the life its cache writes are bought for."""

    model: Model
    ttl: str
    instructions: int
    page: int
    question: int
    output: int

    @property
    def cached(self) -> int:
        return self.instructions + self.page

    @property
    def cacheable(self) -> bool:
        """Whether the vendor keeps it at all: below the model's minimum it does not, silently."""
        return self.cached >= self.model.cache_minimum

    @cached_property
    def cold(self) -> float:
        """A question that has to write the page into the cache."""
        return self._usd(look_up(self._prompt("first"), {}, 0.0, self.model.cache_minimum))

    @cached_property
    def warm(self) -> float:
        """A question soon after another one."""
        return self._second_after(0.0)

    @property
    def uncached(self) -> float:
        """The same prompt sent without a cache: reading the page again every time."""
        sent = Usage(input=self.cached + self.question, output=self.output)
        return self._cost(sent, sent.input)

    @property
    def warming(self) -> float:
        """Writing the page into the cache without asking anything."""
        sent = self.cached + REFRESH.input
        written = Usage(cache_write=self.cached) if self.cacheable else Usage(input=self.cached)
        return self._cost(REFRESH.plus(written), sent)

    @property
    def pays_from(self) -> int | None:
        """How many questions within one life of the page cost less than reading it again every time; None: however many, they do not."""
        gain = self.uncached - self.warm
        if gain <= 0:
            return None
        return max(1, math.floor((self.cold - self.warm) / gain) + 1)

    def next(self, gap_s: float, *, kept_warm: bool) -> float:
        """A question this long after the one before it. `kept_warm`: reading the page in between, where that is cheaper."""
        lapsed = self._second_after(gap_s)
        if not kept_warm or not self.cacheable or lapsed == self.warm:
            return lapsed
        reads = math.ceil(gap_s / (LIVES_S[self.ttl] - EARLY_S)) - 1
        refresh = self._cost(REFRESH.plus(Usage(cache_read=self.cached)), self.cached + REFRESH.input)
        return min(lapsed, self.warm + reads * refresh)

    def day(self, questions: float, gap_s: float, *, kept_warm: bool) -> float:
        """A day that begins cold, with questions at equal distances."""
        return min(questions, 1.0) * self.cold + max(0.0, questions - 1.0) * self.next(gap_s, kept_warm=kept_warm)

    def _second_after(self, gap_s: float) -> float:
        minimum = self.model.cache_minimum
        cache = settle({}, look_up(self._prompt("first"), {}, 0.0, minimum), 0.0)
        return self._usd(look_up(self._prompt("second"), cache, gap_s, minimum))

    def _prompt(self, question: str) -> Prompt:
        page, asked = Block(b"page", self.page, self.ttl), Block(question.encode(), self.question)
        return Prompt((page, asked), (Block(b"instructions", self.instructions),))

    def _usd(self, outcome: Outcome) -> float:
        return self._cost(Usage(outcome.input, outcome.written, outcome.read, self.output), outcome.prompt_tokens)

    def _cost(self, usage: Usage, prompt_tokens: int) -> float:
        return self.model.rates_at(prompt_tokens).cost_usd(usage, self.ttl)
