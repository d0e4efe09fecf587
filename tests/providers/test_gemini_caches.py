"""Explicit caches over a simulated server that forgets what it has read, as Google's may."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from conformance_provider import done_of, text_of
from numbered_contract import KEEPER, Asker, asked
from simulator.background import serving_in_background
from simulator_gemini.caches import FREE_TIER
from simulator_gemini.server import KEY, Refusal, Server

from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.core.prices import Rates
from ifmem.providers.contract import Event, Provider
from ifmem.providers.gemini import Gemini
from ifmem.providers.numbered_settings import ServerSettings
from ifmem.providers.spending import Bill, Call, OverBudget

PAGE = page_of([KEEPER, Document("log.md", "".join(f"Entry {n}: {n} boats came in.\n" for n in range(900)), "3" * 64)])
PRICE = {"rates": Rates(1.0, 4.0, 1.0, 1.0, 0.1), "storage": 1.8}  # half an hour's rent is a reading saved
LIFE_S = 1800.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Books:
    """A purse that pays for whatever it does not refuse, and keeps the bills."""

    def __init__(self, *refused: str) -> None:
        self.paid: list[tuple[Call, Bill]] = []
        self._refused = refused

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        if call.purpose in self._refused:
            raise OverBudget("the budget is spent.")
        bill = Bill()
        self.paid.append((call, bill))
        yield bill

    def of(self, purpose: str) -> list[tuple[Call, Bill]]:
        return [(call, bill) for call, bill in self.paid if call.purpose == purpose]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def asker(clock: Clock) -> Iterator[Asker]:
    server = Server(remembers=False)

    def make(*, purse: Any, sleep: Any, base_url: str, **more: Any) -> Provider:
        return Gemini(KEY, ServerSettings("gemini-simulated", base_url, **more), purse, sleep=sleep, clock=clock)

    with serving_in_background(server) as url:
        yield Asker(server, url, make, Refusal)


def ask(asker: Asker, count: int, purse: Books, **settings: Any) -> list[list[Event]]:
    """The answers to the same question, asked so often within a moment by one process."""
    provider = asker.provider(purse, **(settings or PRICE))
    return asker.ask(*(asked(pages=[PAGE]) for _ in range(count)), provider=provider)


def named(asker: Asker) -> list[str]:
    """Which cache each question named."""
    bodies = [json.loads(one.body) for one in asker.server.requests if "streamGenerate" in one.path]
    return [body.get("cachedContent", "") for body in bodies]


def test_a_page_that_is_read_in_full_again_and_again_gets_a_cache_which_is_deleted_on_leaving(
    asker: Asker, books: Books
) -> None:
    answers = ask(asker, 4, books)
    assert named(asker) == ["", "", "cachedContents/made-1", "cachedContents/made-1"]
    assert [done_of(one).pages[0].cache for one in answers] == ["cold", "cold", "warm", "warm"]
    assert len({text_of(one) for one in answers}) == 1 and all(done_of(one).found for one in answers)
    assert asker.server.caches.ended == ["cachedContents/made-1"]


def test_it_is_paid_for_with_its_rent_and_read_at_the_price_of_a_cache(asker: Asker, books: Books) -> None:
    answers = ask(asker, 3, books)
    ((call, bill),) = books.of("warm")
    assert bill.usage is not None and bill.usage.cache_write == done_of(answers[2]).usage.cache_read
    assert bill.cost_usd == pytest.approx(bill.usage.cache_write * (1.0 + 1.8 * LIFE_S / 3600) / 1e6)
    assert call.page == PAGE.digest and call.most_usd is not None and call.local
    full, cached = done_of(answers[0]).cost_usd, done_of(answers[2]).cost_usd
    assert full is not None and cached is not None and cached < full / 2


def test_where_the_free_cache_works_none_is_made(asker: Asker, books: Books) -> None:
    asker.server.remembers = True
    ask(asker, 4, books)
    assert named(asker) == [""] * 4
    assert books.of("warm") == []


def test_where_no_rent_is_known_none_is_made(asker: Asker, books: Books) -> None:
    ask(asker, 4, books, rates=PRICE["rates"])
    assert named(asker) == [""] * 4


def test_a_cache_that_is_gone_costs_one_more_request_and_no_answer(asker: Asker, books: Books) -> None:
    provider = asker.provider(books, **PRICE)
    made = asker.server.caches.kept
    asker.server.speak = _after(3, made.clear, asker.server.speak)
    answers = asker.ask(*(asked(pages=[PAGE]) for _ in range(4)), provider=provider)
    assert named(asker) == ["", "", "cachedContents/made-1", "cachedContents/made-1", ""]
    assert all(done_of(one).found for one in answers)


def test_a_key_that_pays_nothing_is_refused_one_once(asker: Asker, books: Books) -> None:
    asker.server.caches.refusal = FREE_TIER
    answers = ask(asker, 5, books)
    assert [one.path for one in asker.server.requests].count("/v1/cachedContents") == 1
    assert all(done_of(one).found for one in answers) and named(asker) == [""] * 5
    ((_, bill),) = books.of("warm")
    assert bill.cost_usd == 0.0


def test_a_budget_that_has_no_room_for_one_answers_without(asker: Asker) -> None:
    answers = ask(asker, 3, Books("warm"))
    assert named(asker) == [""] * 3 and all(done_of(one).found for one in answers)


def test_one_is_renewed_while_it_is_asked_and_lapses_after_that(asker: Asker, books: Books, clock: Clock) -> None:
    at = iter([0.0, 60.0, 120.0, 120.0 + 0.6 * LIFE_S, 120.0 + 1.4 * LIFE_S, 120.0 + 3.0 * LIFE_S])
    asker.server.speak = _after(0, lambda: setattr(clock, "now", 1_000.0 + next(at)), asker.server.speak)
    next(at)
    ask(asker, 5, books)
    assert named(asker) == ["", "", *["cachedContents/made-1"] * 3]
    assert asker.server.caches.renewed == ["cachedContents/made-1"] * 2
    (_, first), _ = books.of("refresh")
    assert first.cost_usd == pytest.approx(books.of("warm")[0][1].usage.cache_write * 1.8 * 0.6 * LIFE_S / 3600 / 1e6)


def _after(count: int, act: Any, speak: Any) -> Any:
    """A model that does something once it has answered so often, or, for 0, after each answer."""
    answered = 0

    def speaking(question: Any) -> Any:
        nonlocal answered
        answered += 1
        if count in (0, answered):
            act()
        return speak(question)

    return speaking
