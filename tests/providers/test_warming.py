"""Pages kept warm at the simulated vendor: real SDK, real HTTP on loopback, its clock moved by the test."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from conformance_provider import ANSWERED, INSTRUCTIONS, done_of, request
from running_set import PATIENCE_S
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor, serving

from ifmem.core.documents import Document
from ifmem.core.findings import Usage
from ifmem.core.pages import page_of
from ifmem.processes.keeping_warm import keep_warm, refresh_due
from ifmem.providers.anthropic import Anthropic
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.contract import Done
from ifmem.providers.spending import Bill, Call, OverBudget, Unlimited
from ifmem.providers.warming import Keeper

LEDGER = "".join(f"Day {n}: the lighthouse keeper counts {n} herring boats.\n" for n in range(1, 120))
PAGE = page_of([Document("ledger.md", LEDGER, "1" * 64)])
OTHER = page_of([Document("weather.md", "The wind blows above sixty knots.\n" * 150, "2" * 64)])
TINY = page_of([Document("note.md", "The keeper sleeps.\n", "3" * 64)])
PAGES = {page.digest: page for page in (PAGE, OTHER, TINY)}


class Purse(Unlimited):
    """Remembers what it paid for; pays for no refresh once it is `closed`."""

    def __init__(self) -> None:
        self.paid: list[tuple[Call, Bill]] = []
        self.closed = False

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        if self.closed and call.purpose == "refresh":
            raise OverBudget("the daily budget does not cover this call.")
        async with super().paying(call) as bill:
            yield bill
        self.paid.append((call, bill))


@dataclass
class Scene:
    vendor: Vendor
    provider: Anthropic
    purse: Purse
    slept: list[float] = field(default_factory=list)

    @property
    def keeper(self) -> Keeper:
        assert self.provider.keeper is not None
        return self.provider.keeper

    async def ask(self, page: Any = PAGE) -> Done:
        return done_of([event async for event in self.provider.answer(request(ANSWERED, [page]))])

    async def ask_every(self, gap_s: float, times: int) -> None:
        """And refresh in between whenever the policy wants it."""
        for _ in range(times):
            until = self.vendor.now + gap_s
            while (due := self.keeper.next_refresh()) is not None and due[1] < until:
                self.vendor.now = max(self.vendor.now, due[1])
                await self.refresh()
            self.vendor.now = until
            await self.ask()

    async def refresh(self) -> None:
        await refresh_due(self.provider, PAGES, INSTRUCTIONS)

    def refreshes(self) -> list[Bill]:
        return [bill for call, bill in self.purse.paid if call.purpose == "refresh"]


def play(story: Callable[[Scene], Awaitable[None]], vendor: Vendor | None = None, **changes: Any) -> Scene:
    """The story with a provider that keeps warm."""
    where = vendor or Vendor(now=1.0)

    async def play_it() -> Scene:
        async with serving(where) as url:
            slept: list[float] = []

            async def sleep(seconds: float) -> None:
                slept.append(seconds)
                where.now += seconds

            purse = Purse()
            settings = Settings(**{"base_url": url, **changes})
            provider = Anthropic(KEY, settings, purse, keep_warm=True, sleep=sleep, clock=lambda: where.now)
            scene = Scene(where, provider, purse, slept)
            if provider.keeper:
                provider.keeper._dice = random.Random(1)
            async with asyncio.timeout(PATIENCE_S):
                await story(scene)
            await provider.close()
            return scene

    return asyncio.run(play_it())


async def ask_hourly(scene: Scene) -> None:
    """An hour and a minute between questions: worth refreshing."""
    await scene.ask()
    await scene.ask_every(3_660.0, 8)


@pytest.fixture(scope="module")
def hourly() -> Scene:
    return play(ask_hourly)


def test_a_page_that_is_asked_again_and_again_is_refreshed_in_between_and_stays_warm(hourly: Scene) -> None:
    assert len(hourly.refreshes()) >= 4
    answers = [bill.usage for call, bill in hourly.purse.paid if call.purpose == "answer" and bill.usage]
    assert [usage.cache_read > 0 for usage in answers[-5:]] == [True] * 5


def test_a_refresh_reads_the_very_bytes_of_a_question_and_hardly_anything_else(hourly: Scene) -> None:
    refreshed = hourly.refreshes()
    assert all(bill.usage and bill.usage.cache_read > 1_000 and not bill.usage.cache_write for bill in refreshed)
    assert all(bill.usage and bill.usage.input < 32 for bill in refreshed)


def test_what_a_refresh_cost_is_what_the_vendor_bills(hourly: Scene) -> None:
    paid = [bill.cost_usd for _, bill in hourly.purse.paid]
    assert paid == pytest.approx([bill.cost_usd for bill in hourly.vendor.bills])


def test_no_call_costs_more_than_was_set_aside_for_it(hourly: Scene) -> None:
    assert all(
        call.most_usd and bill.cost_usd is not None and bill.cost_usd <= call.most_usd
        for call, bill in hourly.purse.paid
    )


def test_gaps_between_the_two_lives_buy_the_longer_one() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask()
        await scene.ask_every(1_500.0, 12)

    scene = play(story)
    lives = [json.loads(one.body)["messages"][0]["content"][0]["cache_control"]["ttl"] for one in scene.vendor.requests]
    assert lives[-1] == "1h"
    assert len(scene.refreshes()) < 12


def test_a_busy_page_is_not_refreshed() -> None:
    async def story(scene: Scene) -> None:
        await ask_hourly(scene)
        with scene.keeper.sending(PAGE):
            assert scene.keeper.next_refresh() is None
        assert scene.keeper.next_refresh() is not None
        done = len(scene.refreshes())
        await scene.ask_every(60.0, 4)
        assert len(scene.refreshes()) == done

    play(story)


def test_a_machine_that_slept_over_the_time_lets_the_page_go() -> None:
    async def story(scene: Scene) -> None:
        await ask_hourly(scene)
        done = len(scene.refreshes())
        scene.vendor.now += 3_600.0
        await scene.refresh()
        assert (len(scene.refreshes()), scene.keeper.next_refresh()) == (done, None)

    play(story)


def test_a_page_that_the_purse_does_not_pay_for_lapses() -> None:
    async def story(scene: Scene) -> None:
        await ask_hourly(scene)
        scene.purse.closed = True
        scene.vendor.now += 3_540.0
        await scene.refresh()
        assert scene.keeper.next_refresh() is None

    play(story)


def test_a_vendor_that_refuses_a_refresh_is_not_asked_for_it_again() -> None:
    async def story(scene: Scene) -> None:
        await ask_hourly(scene)
        sent = len(scene.vendor.requests)
        scene.vendor.faults = [Refused(401, "revoked")]
        scene.vendor.now += 3_540.0
        await scene.refresh()
        await scene.refresh()
        assert len(scene.vendor.requests) == sent + 1

    play(story)


def test_a_page_too_short_to_be_cached_is_never_warm() -> None:
    async def story(scene: Scene) -> None:
        assert (await scene.ask(TINY)).usage.cache_write == 0
        assert scene.keeper.warm_pages() == 0
        assert scene.keeper.next_refresh() is None

    play(story)


def test_warming_ahead_writes_a_page_once() -> None:
    async def story(scene: Scene) -> None:
        warmed = await scene.provider.warm(PAGE, INSTRUCTIONS)
        assert warmed.cache_write > 1_000
        assert scene.keeper.warm_pages() == 1
        assert (await scene.ask()).usage.cache_read == warmed.cache_write

    scene = play(story)
    assert [call.purpose for call, _ in scene.purse.paid] == ["warm", "answer"]


def test_loading_is_paced_by_the_vendors_limit() -> None:
    async def story(scene: Scene) -> None:
        for page in (PAGE, OTHER, page_of([Document("third.md", LEDGER[::-1], "4" * 64)])):
            await scene.provider.warm(page, INSTRUCTIONS)

    scene = play(story, Vendor(now=1.0, input_tokens_per_minute=4_000))
    assert scene.slept
    assert len(scene.vendor.requests) == len(scene.vendor.bills) == 3


def test_a_model_without_a_known_price_has_no_policy() -> None:
    async def story(scene: Scene) -> None:
        assert scene.provider.keeper is None
        await keep_warm(scene.provider, PAGES, INSTRUCTIONS)

    play(story, model="claude-haiku-6")


def test_the_task_refreshes_what_is_due_and_waits_for_the_rest() -> None:
    async def story(scene: Scene) -> None:
        await ask_hourly(scene)
        done = len(scene.refreshes())
        task = asyncio.create_task(keep_warm(scene.provider, PAGES, INSTRUCTIONS))
        scene.vendor.now += 3_540.0
        while len(scene.refreshes()) == done:
            await asyncio.sleep(0)
        sent = len(scene.vendor.requests)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(scene.vendor.requests) == sent
        task.cancel()

    play(story)


def test_a_usage_of_nothing_is_a_page_that_is_not_kept() -> None:
    async def story(scene: Scene) -> None:
        with scene.keeper.sending(PAGE) as sending:
            sending.begun()
            assert scene.keeper.warm_pages() == 1
            sending.used(Usage(input=5_000, output=10))
        assert scene.keeper.warm_pages() == 0

    play(story)
