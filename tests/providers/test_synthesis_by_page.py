"""Findings as the documents of a page: for a provider of any vendor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from conformance_provider import done_of, quotes_of, text_of
from simulator.background import serving_in_background
from simulator.vendor import KEY, Vendor

from ifmem.core.documents import Citation, Document
from ifmem.core.findings import Finding, PageUse
from ifmem.core.queries import Turn
from ifmem.core.synthesis import settled
from ifmem.providers.anthropic import Anthropic
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.contract import Done, Event, Provider, Quote, Request, Restart, Synthesis, Text
from ifmem.providers.spending import Bill, Call, Unlimited
from ifmem.providers.synthesis_by_page import ByPage, ForSynthesis, lay_out

KEEPER = Citation("keeper.md", 3, 4, "The keeper counts boats\nevery morning.", "a" * 64, "docs", "verified", 2.0)
STORM = replace(KEEPER, path="storm.md", start_line=9, end_line=9, quote="In a storm he sleeps.")
LEDGER = replace(KEEPER, path="ledger.py", start_line=1, end_line=1, quote="boats are counted twice", shard="code")
DOCS = Finding("f_1", "q", "docs", True, "The keeper does.\nNot in a storm.\n", (KEEPER, STORM))
CODE = Finding("f_2", "q", "code", True, "The ledger does.", (LEDGER,))
ASKED = Synthesis("Who counts boats?", "Tell.", (DOCS, CODE), history=(Turn("Who?", "He."),), query_id="q")

Says = Callable[[Sequence[Document]], Sequence[Event]]


@dataclass
class Scripted:
    """A provider that says what it is told about the documents it is given."""

    says: Says
    name: str = "scripted"
    model: str = "scripted"
    asked: Request | None = None

    async def answer(self, request: Request) -> AsyncGenerator[Event, None]:
        self.asked = request
        for event in self.says(request.pages[0].documents):
            yield event

    async def close(self) -> None:
        pass


def synthesise(provider: Provider) -> list[Event]:
    async def collect() -> list[Event]:
        by_page = ByPage(provider)
        try:
            return [event async for event in by_page.synthesise(ASKED)]
        finally:
            await by_page.close()

    return asyncio.run(collect())


def quoting(document: int, quote: str, line: int = 1) -> Says:
    return lambda documents: [
        Text("So."),
        Quote(Citation(documents[document].path, line, line, quote)),
        Done(True, pages=(PageUse("d"),)),
    ]


@pytest.mark.parametrize(
    ("document", "quote", "places"),
    [
        (0, "every morning.", [KEEPER]),
        (0, "In a storm he sleeps.", [STORM]),
        (0, "Not in a storm.", [KEEPER, STORM]),
        (1, "boats are counted twice", [LEDGER]),
        (1, "The ledger does.", [LEDGER]),
    ],
)
def test_a_quote_leads_back_to_the_places_of_its_finding(document: int, quote: str, places: list[Citation]) -> None:
    assert quotes_of(synthesise(Scripted(quoting(document, quote)))) == places


def test_what_stands_in_no_finding_is_neither_lost_nor_believed() -> None:
    [quote] = quotes_of(synthesise(Scripted(quoting(0, "whales are counted"))))
    assert settled(quote, (DOCS, CODE)).verification == "not found"


def test_everything_else_passes_through_and_no_page_of_the_corpus_was_read() -> None:
    events = synthesise(Scripted(lambda _: [Text("a"), Restart("again"), Text("b"), Done(False, stop="truncated")]))
    assert events == [Text("a"), Restart("again"), Text("b"), Done(False, stop="truncated")]
    assert done_of(synthesise(Scripted(quoting(0, "every morning.")))).pages == ()


def test_the_question_goes_along_with_its_history() -> None:
    scripted = Scripted(quoting(0, "every morning."))
    synthesise(scripted)
    assert scripted.asked is not None
    assert (scripted.asked.question, scripted.asked.history) == (ASKED.question, ASKED.history)
    assert (scripted.asked.instructions, scripted.asked.query_id) == ("Tell.", "q")


def test_only_quotes_that_stand_are_laid_out() -> None:
    gone = replace(KEEPER, verification="invented", quote="whales")
    assert "whales" not in lay_out(replace(DOCS, citations=(gone, STORM))).document.text


def test_a_real_provider_can_be_asked_so() -> None:
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        events = synthesise(Anthropic(KEY, Settings(base_url=url), ForSynthesis(Unlimited())))
    assert KEEPER in quotes_of(events)
    assert done_of(events).found and "counts boats" in text_of(events)


def test_the_books_say_what_it_was_for() -> None:
    class Seen(Unlimited):
        calls: list[Call]

        def paying(self, call: Call):  # type: ignore[no-untyped-def]
            self.calls = [call]
            return super().paying(call)

    async def pay() -> Bill:
        async with ForSynthesis(seen).paying(Call("q", "answer", "v", "m", page="d" * 64)) as bill:
            return bill

    seen = Seen()
    asyncio.run(pay())
    assert [(call.purpose, call.page) for call in seen.calls] == [("synthesis", "")]
