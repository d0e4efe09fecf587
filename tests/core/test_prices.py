from __future__ import annotations

import pytest

from ifmem.core.findings import Usage
from ifmem.core.prices import MODELS, cost_usd, model_named

MILLION = 1_000_000
PAGE = 95_000

# model, usage, prompt tokens, ttl, dollars: worked out by hand from the vendor's price list.
EXAMPLES = [
    ("claude-haiku-5-5", Usage(input=MILLION), 1, "5m", 0.10),
    ("claude-haiku-5-5", Usage(output=MILLION), 1, "5m", 0.50),
    ("claude-haiku-5-5", Usage(cache_write=MILLION), 1, "5m", 0.125),
    ("claude-haiku-5-5", Usage(cache_write=MILLION), 1, "1h", 0.20),
    ("claude-haiku-5-5", Usage(cache_read=MILLION), 1, "1h", 0.01),
    ("claude-haiku-5-5", Usage(cache_write=PAGE), PAGE, "5m", 0.011875),
    ("claude-haiku-5-5", Usage(cache_read=PAGE), PAGE, "5m", 0.00095),
    ("claude-haiku-5-5", Usage(input=100_000, output=MILLION), 100_000, "5m", 0.51),
    ("claude-haiku-5-5", Usage(input=100_001, output=MILLION), 100_001, "5m", 2.5500005),
    ("claude-haiku-5-5", Usage(cache_read=200_000), 200_000, "5m", 0.01),
    ("claude-haiku-5-5", Usage(cache_write=200_000), 200_000, "1h", 0.20),
    ("claude-haiku-4-5-20251001", Usage(cache_write=190_000), 190_000, "5m", 0.2375),
    ("claude-haiku-4-5", Usage(cache_read=190_000), 190_000, "5m", 0.019),
    ("claude-sonnet-5-5", Usage(input=4_000, output=500), 500_000, "5m", 0.013),
    ("claude-sonnet-5-5", Usage(), 0, "5m", 0.0),
]


@pytest.mark.parametrize(("model", "usage", "prompt", "ttl", "dollars"), EXAMPLES)
def test_costs_what_the_price_list_says(model: str, usage: Usage, prompt: int, ttl: str, dollars: float) -> None:
    assert cost_usd(model, usage, prompt, ttl) == pytest.approx(dollars)


@pytest.mark.parametrize("model", ["claude-haiku-6", "claude-sonnet-5-6", "claude-haiku-5-5-mini", "gpt-5", ""])
def test_a_model_that_is_not_in_the_table_has_no_price(model: str) -> None:
    assert cost_usd(model, Usage(input=1), 1) is None


def test_a_snapshot_has_the_price_of_its_model() -> None:
    assert model_named("claude-sonnet-4-5-20250929") is MODELS["claude-sonnet-4-5"]


@pytest.mark.parametrize("name", MODELS)
def test_cache_prices_are_in_the_vendors_proportions(name: str) -> None:
    model = MODELS[name]
    for rates in filter(None, (model.rates, model.above)):
        assert rates.write_5m == pytest.approx(1.25 * rates.input)
        assert rates.write_1h == pytest.approx(2 * rates.input)
        assert rates.read / rates.input in (pytest.approx(0.1), pytest.approx(0.05), pytest.approx(0.025))


def test_only_a_model_with_a_step_gets_dearer_with_length() -> None:
    stepped = [name for name, model in MODELS.items() if model.rates_at(1) != model.rates_at(1_000_000)]
    assert stepped == ["claude-haiku-5-5"]


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.behaviour])
def test_what_turns_thinking_off_is_accepted_by_the_model(name: str) -> None:
    behaviour = MODELS[name].behaviour
    assert behaviour
    assert not behaviour.thinking_off or behaviour.thinking_off in behaviour.thinking
    assert set(behaviour.efforts_without_thinking) <= set(behaviour.efforts)
