from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifmem.core.budget import nano
from ifmem.core.findings import Usage
from ifmem.core.prices import MODELS, cost_usd, model_named
from ifmem.core.spending import Payment, cost_by_class, prompt_tokens, rates_of, uncached_cost

NOON = 1_795_262_400 + 123  # 2026-11-21 12:02:03 UTC
USAGE = Usage(input=900, cache_write=2_000, cache_read=90_000, output=300)
usages = st.builds(Usage, *[st.integers(0, 2_000_000)] * 4)


@given(usages, st.sampled_from(sorted(MODELS)), st.sampled_from(["5m", "1h"]))
def test_the_classes_cost_what_the_call_did_to_the_last_nano_dollar(usage: Usage, model: str, ttl: str) -> None:
    rates, paid = rates_of(model, usage), cost_usd(model, usage, prompt_tokens(usage), ttl)
    assert rates and paid is not None
    classes = cost_by_class(rates, usage, nano(paid))
    assert sum(vars(classes).values()) == nano(paid)
    assert min(vars(classes).values()) >= 0


def test_the_baseline_sends_the_whole_prompt_at_the_price_of_input() -> None:
    rates = rates_of("claude-haiku-5-5", USAGE)
    assert rates == model_named("claude-haiku-5-5").rates  # type: ignore[union-attr]
    assert rates and uncached_cost(rates, "answer", USAGE) == 92_900 * 100 + 300 * 500


@pytest.mark.parametrize("purpose", ["warm", "refresh"])
def test_without_a_cache_there_is_nothing_to_keep_warm(purpose: str) -> None:
    rates = rates_of("claude-haiku-5-5", USAGE)
    assert rates and uncached_cost(rates, purpose, USAGE) == 0


def test_a_long_prompt_is_billed_above_the_step_in_the_baseline_too() -> None:
    rates = rates_of("claude-haiku-5-5", Usage(cache_read=100_001))
    assert rates and rates.input == 0.50


@pytest.mark.parametrize("usage", [None, USAGE])
def test_a_payment_reads_its_json_back(usage: Usage | None) -> None:
    payment = Payment("c_1", NOON, "q_1", "docs", "answer", "anthropic", "m", "d1", 900, usage, None, 5, usage)
    assert Payment.from_json(payment.to_json()) == payment
