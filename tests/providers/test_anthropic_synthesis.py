"""One answer of several findings, by Claude against the simulated vendor: real SDK, real HTTP on loopback, no key of anyone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from conformance_provider import done_of, quotes_of, text_of
from simulator.background import serving_in_background
from simulator.faults import CutShort, Fault
from simulator.reading import Spoken, cite_result, say
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor

from ifmem import prompts
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding
from ifmem.core.queries import Turn
from ifmem.core.synthesis import settled
from ifmem.errors import IfmemError
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.anthropic_synthesis import AnthropicSynthesiser
from ifmem.providers.contract import Event, Restart, Synthesis
from ifmem.providers.spending import Bill, Call, OverBudget

KEEPER = Citation(
    "harbour/keeper.md", 3, 3, "The keeper counts boats every morning.", "a" * 64, "docs", "verified", 2.0
)
NEVER = Citation("src/ledger.py", 4, 5, "def count_boats():\n    raise NeverAgain", "b" * 64, "code", "verified", 1.0)
GONE = Citation("harbour/keeper.md", 9, 9, "The keeper counts whales.", "", "docs", "not found")
DOCS = Finding("f_1", "q_1", "docs", True, "Boats are counted in the morning.", (KEEPER, GONE), provider="anthropic")
CODE = Finding("f_2", "q_1", "code", True, "The code never counts boats.", (NEVER,), provider="anthropic")
QUESTION = "When are boats counted every morning?"


@dataclass
class Notebook:
    """A purse that writes down what it paid for, and may be empty."""

    empty: bool = False
    paid: list[tuple[Call, Bill]] = field(default_factory=list)

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        if self.empty:
            raise OverBudget("the budget of today is spent.")
        self.paid.append((call, Bill()))
        yield self.paid[-1][1]


@dataclass
class Asker:
    vendor: Vendor
    url: str
    purse: Notebook = field(default_factory=Notebook)

    def ask(self, *faults: Fault, **changes: Any) -> list[Event]:
        self.vendor.faults.extend(faults)
        settings = Settings(model="claude-sonnet-5-5", base_url=self.url)
        asked = Synthesis(QUESTION, prompts.instructions("coordinator"), (DOCS, CODE), query_id="q_1")

        async def collect() -> list[Event]:
            synthesiser = AnthropicSynthesiser(KEY, settings, self.purse, sleep=no_pause)
            try:
                return [event async for event in synthesiser.synthesise(replace(asked, **changes))]
            finally:
                await synthesiser.close()

        return asyncio.run(collect())

    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.vendor.requests[-1].body))


async def no_pause(_: float) -> None:
    pass


@pytest.fixture
def asker() -> Iterator[Asker]:
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        yield Asker(vendor, url)


def results_of(body: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [block for block in body["messages"][-1]["content"] if block["type"] == "search_result"]


def test_a_citation_leads_back_to_the_path_and_lines_of_a_finding(asker: Asker) -> None:
    assert quotes_of(asker.ask()) == [KEEPER]


def test_a_citation_of_a_finding_s_own_words_leads_to_the_places_it_rests_on(asker: Asker) -> None:
    asker.vendor.speak = lambda said: say("Never.", cite_result(said.results, 1, 0))
    assert quotes_of(asker.ask()) == [NEVER]


def test_a_citation_of_a_range_leads_to_every_place_in_it_once(asker: Asker) -> None:
    both = replace(DOCS, citations=(KEEPER, replace(KEEPER, path="b.md")))
    asker.vendor.speak = lambda said: say("Both.", cite_result(said.results, 0, 0, 3))
    assert [quote.path for quote in quotes_of(asker.ask(findings=(both, CODE)))] == ["harbour/keeper.md", "b.md"]


def test_a_quote_that_stands_nowhere_is_not_sent(asker: Asker) -> None:
    asker.ask()
    assert "whales" not in json.dumps(asker.body())


def test_both_sides_of_a_contradiction_are_sent_and_the_model_is_told_to_state_it(asker: Asker) -> None:
    asker.ask()
    first, second = results_of(asker.body())
    assert (first["title"], second["title"]) == ("docs", "code")
    assert (first["source"], second["source"]) == ("docs f_1", "code f_2")
    assert first["content"][0]["text"] == DOCS.text and second["content"][0]["text"] == CODE.text
    assert "contradict each other, say that they do" in asker.body()["system"][0]["text"]


WRONG: dict[str, dict[str, Any]] = {
    "of no finding": {"search_result_index": 7},
    "of no block": {"start_block_index": 90, "end_block_index": 91},
    "of other words": {"cited_text": "src/ledger.py:4-5\nThe keeper counts whales."},
    "of another kind": {"type": "char_location", "search_result_index": None},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_citation_is_neither_lost_nor_believed(asker: Asker, name: str) -> None:
    asker.vendor.speak = lambda said: say("So.", cite_result(said.results, 1, 1) | {"cited_text": "x"} | WRONG[name])
    [quote] = quotes_of(asker.ask())
    assert settled(quote, (DOCS, CODE)).verification == "not found"


def test_a_cited_place_is_settled_as_its_finding_had_it() -> None:
    said = replace(
        KEEPER, sha256="", shard="", verification="not found", quote="The  keeper counts boats every morning."
    )
    assert settled(said, (CODE, DOCS)) == KEEPER
    assert settled(replace(said, start_line=4, end_line=4), (CODE, DOCS)).verification == "not found"


def test_a_quote_that_was_not_found_stays_not_found() -> None:
    assert settled(GONE, (DOCS,)).verification == "not found"


def test_the_purse_pays_what_the_vendor_bills(asker: Asker) -> None:
    done = done_of(asker.ask())
    [(call, bill)] = asker.purse.paid
    [billed] = asker.vendor.bills
    assert (call.purpose, call.query_id, call.model) == ("synthesis", "q_1", "claude-sonnet-5-5")
    assert bill.usage == done.usage == billed.usage
    assert bill.cost_usd == done.cost_usd == pytest.approx(billed.cost_usd)
    assert call.most_usd is not None and call.most_usd > billed.cost_usd


def test_nothing_is_sent_over_the_budget(asker: Asker) -> None:
    asker.purse.empty = True
    with pytest.raises(OverBudget):
        asker.ask()
    assert asker.vendor.requests == []


def test_a_refused_request_costs_nothing(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="refused"):
        asker.ask(Refused(400, "no"))
    assert asker.vendor.bills == []


def test_a_sign_off_is_asked_again_once_and_counted(asker: Asker) -> None:
    events = asker.ask(say("All done! Let me know if you need anything else."))
    assert quotes_of(events) == [KEEPER]
    assert done_of(events).asked_again == 1
    assert "All done" not in text_of(events)
    assert len(asker.purse.paid) == 2


def test_a_second_sign_off_is_a_failure(asker: Asker) -> None:
    done = done_of(asker.ask(say("All done!"), say("All done!")))
    assert (done.found, done.stop, done.asked_again) == (False, "incomplete", 2)


def test_a_reply_that_breaks_off_is_taken_back_and_asked_for_again(asker: Asker) -> None:
    events = asker.ask(CutShort(after=1))
    assert [type(event) for event in events].count(Restart) == 1
    assert text_of(events).count("As the documents say") == 1
    assert done_of(events).stop == "complete"


def test_a_reply_that_breaks_off_twice_is_incomplete(asker: Asker) -> None:
    assert done_of(asker.ask(CutShort(after=1), CutShort(after=1))).stop == "incomplete"


@pytest.mark.parametrize(("ended", "stop"), [("max_tokens", "truncated"), ("refusal", "refused")])
def test_why_it_ended_is_passed_on(asker: Asker, ended: str, stop: str) -> None:
    assert done_of(asker.ask(Spoken((("Boats are", ()),), ended))).stop == stop


def test_earlier_turns_are_proper_turns_before_the_findings(asker: Asker) -> None:
    asker.ask(history=(Turn("Who counts?", "The keeper."),))
    messages = asker.body()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["content"] == [{"type": "text", "text": "The keeper."}]
    assert messages[2]["content"][-1]["text"] == QUESTION
    assert len(results_of(asker.body())) == 2
