from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from numbered_contract import PAGE, asked

from ifmem.core.findings import Usage
from ifmem.core.prices import Rates
from ifmem.errors import Exit, IfmemError
from ifmem.providers.numbered_failures import demand_installed
from ifmem.providers.numbered_prompt import lay_out
from ifmem.providers.numbered_settings import ServerSettings, own_rates
from ifmem.providers.openai_compatible import OpenAICompatible
from ifmem.providers.spending import Bill, Call, OverBudget

PROMPT = lay_out(asked(), PAGE, [], "Who?")


class Closed:
    """A purse that pays for nothing and keeps what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        self.calls.append(call)
        raise OverBudget("the budget is spent.")
        yield Bill()


def call_of(settings: ServerSettings) -> Call:
    """What the purse is asked for before anything is sent."""
    purse = Closed()

    async def ask() -> None:
        provider = OpenAICompatible("sk-dummy", settings, purse)
        with suppress(OverBudget):
            assert [event async for event in provider.answer(asked(query_id="q_1"))] == []

    asyncio.run(ask())
    return purse.calls[0]


def test_the_purse_is_told_what_a_call_costs_at_most() -> None:
    call = call_of(ServerSettings("m", "http://127.0.0.1:9/v1", rates=Rates(1.0, 2.0, 1.5, 1.5, 0.1)))
    assert (call.query_id, call.purpose, call.page) == ("q_1", "answer", PAGE.digest)
    assert call.tokens > len(PAGE.data) / 3
    assert call.most_usd == pytest.approx((call.tokens * 1.5 + (2048 + 8000) * 2.0) / 1e6)


def test_the_purse_is_told_of_a_server_without_a_price_whether_it_is_near() -> None:
    near, far = (
        call_of(ServerSettings("m", url)) for url in ("http://127.0.0.1:9/v1", "https://models.example.com/v1")
    )
    assert (near.most_usd, near.local) == (None, True)
    assert (far.most_usd, far.local) == (None, False)


def test_a_price_of_the_table_holds_at_its_vendor_only() -> None:
    usage = Usage(input=1_000_000)
    assert ServerSettings("deepseek-flash", "https://api.deepseek.com").cost_usd(usage) in (0.15, 0.30)
    assert ServerSettings("deepseek-flash", "http://localhost:8000/v1").cost_usd(usage) is None
    assert ServerSettings("claude-haiku-5-5", "https://api.anthropic.com").cost_usd(usage) == pytest.approx(0.5)


def test_the_prompt_is_counted_at_the_dearest_rate_it_may_cost() -> None:
    dear_to_read = ServerSettings("m", "https://x.example", rates=Rates(3.0, 0.0, 1.0, 1.0, 0.1))
    assert dear_to_read.most_usd(PROMPT) == pytest.approx(PROMPT.tokens * 3.0 / 1e6)


def test_a_price_of_ones_own_may_leave_out_the_cache() -> None:
    assert own_rates({"input": 1.0, "output": 4.0}) == Rates(1.0, 4.0, 1.0, 1.0, 1.0)
    assert own_rates({"input": 1, "output": 4, "cache_write": 1.25, "cache_read": 0.1}) == Rates(1, 4, 1.25, 1.25, 0.1)


@pytest.mark.parametrize(
    "price",
    [{}, {"input": 1.0}, {"input": 1.0, "output": "4"}, {"input": -1, "output": 4}, {"input": 1, "output": 4, "x": 1}],
)
def test_another_price_is_refused(price: dict[str, Any]) -> None:
    with pytest.raises(IfmemError) as caught:
        own_rates(price)
    assert caught.value.exit_code == Exit.USAGE


@pytest.mark.parametrize("package", ["no_such_vendor", "no_such_vendor.genai"])
def test_an_extra_that_is_missing_is_named(package: str) -> None:
    with pytest.raises(IfmemError, match="not installed") as caught:
        demand_installed(package, extra="gemini")
    assert "ifmem[gemini]" in caught.value.fix
