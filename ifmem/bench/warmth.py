"""What keeping a page warm costs by our policy, in dollars over whole traces of questions, beside never, always and knowing them all."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from ifmem.bench.rows import Row, at_most_times, row
from ifmem.bench.scale import Scale
from ifmem.core.prices import MODELS, PER_MILLION
from ifmem.core.traces import TRACES, Trace
from ifmem.core.warmth_costs import always_cost, clairvoyant_cost, never_cost, policy_cost
from ifmem.core.warmth_terms import terms_of

MODEL, PAGE_TOKENS = "claude-haiku-5-5", 95_000
SEED, DRAWS = 1, 5
HABITS = ("steady", "office hours")  # where the past tells the future
ANY, HABITUAL = 2.0, 1.15


def measure_warmth(place: Path, scale: Scale) -> Iterable[Row]:
    """On no clock but the traces' own: nothing is sent to anyone."""
    for name, trace in TRACES.items():
        yield from _costs(name, trace(SEED), scale.times(DRAWS))


def _costs(name: str, times: Trace, draws: int) -> Iterable[Row]:
    """Reading and writing the page; what question and answer cost is the same for all."""
    model = MODELS[MODEL]
    terms = terms_of(model, PAGE_TOKENS)
    dollars = PAGE_TOKENS * model.rates_at(PAGE_TOKENS).input / PER_MILLION
    ours = [dollars * policy_cost(terms, times, random.Random(seed)) for seed in range(draws)]
    best = row(f"{name}: knowing all {len(times)} questions", "$", [dollars * clairvoyant_cost(terms, times)])
    target = at_most_times(HABITUAL if name in HABITS else ANY)
    yield row(f"{name}: a page kept warm by the policy", "$", ours, target).beside(best)
    yield row(f"{name}: never refreshed", "$", [dollars * never_cost(terms, times)]).beside(best)
    yield row(f"{name}: always refreshed", "$", [dollars * always_cost(terms, times)]).beside(best)
    yield best
