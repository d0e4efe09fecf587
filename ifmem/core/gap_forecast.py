"""What the gaps seen so far say about the next one, and what would be cheapest if it were like them. Pure; of fixed size a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ifmem.core.warmth_terms import LONG, SHORT, Gap, Terms

MEMORY = 0.97  # what an observation weighs after the next one: some thirty gaps count
PRIOR_GAPS = 2.0  # how many observations the prior is worth
HORIZON = 0.98  # what the gap after the next counts


@dataclass(frozen=True)
class Forecast:
    """`seen` is how often each class of gaps occurred, lately more than long ago. `short_costs_more` is what holding a short-lived entry
    instead of a long-lived one will cost more over the gaps to come."""

    seen: tuple[float, ...] = ()
    short_costs_more: float = 0.0

    def after(self, terms: Terms, gap: int) -> Forecast:
        """With one more gap; the value of either life is brought one step nearer to what the gaps now say."""
        counts = self.seen or (0.0,) * len(terms.gaps)
        seen = tuple(count * MEMORY + (at == gap) for at, count in enumerate(counts))
        one = Forecast(seen, self.short_costs_more)
        short, long = (one._best(terms, life)[0] for life in (SHORT, LONG))
        return Forecast(seen, HORIZON * (short - long))

    def refreshes(self, terms: Terms, life: str) -> int:
        """How many refreshes before a lapse would be cheapest."""
        return self._best(terms, life)[1]

    def life(self, terms: Terms) -> str:
        """For which life a page that has to be written should be written."""
        return SHORT if terms.write_short + self.short_costs_more <= terms.write_long else LONG

    def _best(self, terms: Terms, life: str) -> tuple[float, int]:
        chances = self._chances(terms)
        return min((self._cost(terms, life, most, chances), most) for most in range(terms.break_even(life) + 1))

    def _cost(self, terms: Terms, life: str, most: int, chances: Sequence[tuple[Gap, float]]) -> float:
        """The cost of one gap on average, and of what it leaves us with."""
        lapse = most * terms.refresh + min(terms.write_short + self.short_costs_more, terms.write_long)
        keep = terms.read + (self.short_costs_more if life == SHORT else 0.0)
        needs = ((gap.needs(life), chance) for gap, chance in chances)
        return sum(chance * (need * terms.refresh + keep if need <= most else lapse) for need, chance in needs)

    def _chances(self, terms: Terms) -> list[tuple[Gap, float]]:
        counts = self.seen or (0.0,) * len(terms.gaps)
        total = sum(counts) + PRIOR_GAPS
        ends = [_longer_than(gap.starts_s) for gap in terms.gaps[1:]] + [0.0]
        prior = [_longer_than(gap.starts_s) - end for gap, end in zip(terms.gaps, ends, strict=True)]
        return [
            (gap, (count + PRIOR_GAPS * expected) / total)
            for gap, count, expected in zip(terms.gaps, counts, prior, strict=True)
        ]


def _longer_than(seconds: float) -> float:
    """The share of gaps that are longer, before any was seen: questions come in bursts, with a long tail between them."""
    return float((1 + seconds / 120) ** -0.5)
