"""The Claude provider against the simulated vendor: real SDK, real HTTP on loopback, no key of anyone."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from conformance_provider import ANSWERED, INSTRUCTIONS, ProviderContract, done_of, quotes_of, request, text_of
from hypothesis import given, settings
from hypothesis import strategies as st
from running_set import PATIENCE_S
from simulator.background import serving_in_background
from simulator.faults import CutShort, ErrorMidStream, Fault, Hang, Lost, Raw
from simulator.reading import NOTHING, Spoken, cite, say
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor, serving

from ifmem.core.citations import stands, verify
from ifmem.core.documents import Document
from ifmem.core.findings import Usage
from ifmem.core.pages import Page, page_of
from ifmem.errors import Exit, IfmemError
from ifmem.providers.anthropic import Anthropic
from ifmem.providers.anthropic_errors import explain
from ifmem.providers.anthropic_settings import Settings
from ifmem.providers.contract import Event, Provider, Request, Restart, Text
from ifmem.providers.spending import Bill, Call, OverBudget, Unlimited

LEDGER = Document(
    "harbour/ledger.md", "".join(f"Day {n}: the ledger says {n} boats.\n" for n in range(1, 400)), "1" * 64
)
KEEPER = Document(
    "harbour/keeper.md",
    "# The keeper\n\nThe lighthouse keeper counts the herring boats every morning.\n\n## Storms\n\nIn a storm he sleeps.\n",
    "2" * 64,
)
PAGE = page_of([LEDGER, KEEPER])
WEATHER = page_of([Document("weather.md", "The wind blows above sixty knots.\n" * 100, "3" * 64)])


@dataclass
class Asker:
    """A provider and its vendor. `slept` are the pauses it wanted; the vendor's clock goes on by as much."""

    vendor: Vendor
    url: str
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.vendor.now += seconds

    def provider(self, key: str = KEY, **changes: Any) -> Anthropic:
        return Anthropic(key, Settings(**{"base_url": self.url, **changes}), Unlimited(), sleep=self.sleep)

    def ask(self, *requests: Request, provider: Anthropic | None = None) -> list[list[Event]]:
        """What the provider says to each request, one after the other."""
        asked = provider or self.provider()

        async def collect() -> list[list[Event]]:
            try:
                return [[event async for event in asked.answer(one)] for one in requests]
            finally:
                await asked.close()

        return asyncio.run(collect())

    def ask_one(self, *faults: Fault, **changes: Any) -> list[Event]:
        self.vendor.faults.extend(faults)
        return self.ask(asked(**changes))[0]

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.vendor.requests]


@dataclass
class Books:
    """A purse that pays for everything and keeps what it was told."""

    calls: list[Call] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)

    @asynccontextmanager
    async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
        self.calls.append(call)
        self.bills.append(Bill())
        yield self.bills[-1]


def asked(question: str = ANSWERED, pages: Sequence[Page] = (PAGE,), **changes: Any) -> Request:
    return request(question, pages, **changes)


@pytest.fixture
def asker() -> Iterator[Asker]:
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        yield Asker(vendor, url)


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, asker: Asker) -> Provider:
        return asker.provider()


def test_cites_exact_lines(asker: Asker) -> None:
    [quote] = quotes_of(asker.ask_one())
    assert (quote.path, quote.start_line, quote.end_line, quote.sha256) == ("harbour/keeper.md", 1, 3, KEEPER.sha256)
    assert quote.quote == "# The keeper\n\nThe lighthouse keeper counts the herring boats every morning."


def test_cites_lines_of_the_file_in_a_part_of_it(asker: Asker) -> None:
    part = replace(KEEPER, first_line=401, part=2, parts=2)
    [quote] = quotes_of(asker.ask_one(pages=[page_of([part])]))
    assert (quote.start_line, quote.end_line) == (401, 403)
    assert verify(quote, [part]).verification == "verified"


def test_a_range_of_blocks_is_a_range_of_lines(asker: Asker) -> None:
    asker.vendor.speak = lambda said: say("It says.", cite(said.documents, 0, 1, 3))
    [quote] = quotes_of(asker.ask_one())
    assert (quote.path, quote.start_line, quote.end_line) == ("harbour/ledger.md", 9, 24)
    assert verify(quote, PAGE.documents).verification == "verified"


WRONG: dict[str, dict[str, Any]] = {
    "of no document": {"document_index": 7},
    "of no block": {"start_block_index": 900, "end_block_index": 901},
    "turned round": {"start_block_index": 3, "end_block_index": 1},
    "of other words": {"cited_text": "The keeper counts the whales."},
    "of another kind": {"type": "char_location", "start_block_index": None},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_citation_is_neither_lost_nor_believed(asker: Asker, name: str) -> None:
    asker.vendor.speak = lambda said: say(
        "So it is.", cite(said.documents, 0, 0) | {"cited_text": "whales"} | WRONG[name]
    )
    [quote] = quotes_of(asker.ask_one())
    assert "whales" in quote.quote
    assert not stands(verify(quote, PAGE.documents))


def test_a_place_cited_twice_is_quoted_once(asker: Asker) -> None:
    asker.vendor.speak = lambda said: say("So it is.", *[cite(said.documents, 1, 0)] * 2)
    assert len(quotes_of(asker.ask_one())) == 1


def test_a_quote_is_scored_by_the_questions_weights(asker: Asker) -> None:
    events = asker.ask_one(weights={"herring": 2.0})
    assert quotes_of(events)[0].score == pytest.approx(done_of(events).score, abs=0.001)
    assert done_of(events).score > 2.0


def test_the_page_is_written_once_and_then_read(asker: Asker) -> None:
    first, second = (done_of(events) for events in asker.ask(asked(), asked("What does the ledger say of boats?")))
    assert (first.pages[0].cache, second.pages[0].cache) == ("cold", "warm")
    assert second.usage.cache_read == first.usage.cache_write > 4_000
    assert second.usage.input < 100


def test_many_questions_at_once_write_a_cold_page_once() -> None:
    async def ask_many() -> None:
        async with serving(vendor) as url:
            provider = Anthropic(KEY, Settings(base_url=url), Unlimited())
            asyncio.get_running_loop().call_later(0.05, gate.set)
            await asyncio.gather(*[_last(provider, asked(f"Who counts boats, {n}?")) for n in range(8)])
            await provider.close()

    gate = asyncio.Event()
    vendor = Vendor(faults=[Hang(gate)])
    asyncio.run(ask_many())
    assert [bill.usage.cache_write > 0 for bill in vendor.bills] == [True] + [False] * 7


def test_a_reply_that_is_still_being_read_keeps_nobody_waiting() -> None:
    async def ask_both() -> None:
        async with serving(vendor) as url:
            provider = Anthropic(KEY, Settings(base_url=url), Unlimited())
            first = aiter(provider.answer(asked()))
            await anext(first)
            async with asyncio.timeout(PATIENCE_S):
                done = await _last(provider, asked())
            assert done_of([done]).pages[0].cache == "warm"
            assert [event async for event in first]
            await provider.close()

    vendor = Vendor()
    asyncio.run(ask_both())
    assert len(vendor.bills) == 2


async def _last(provider: Anthropic, asked: Request) -> Event:
    return [event async for event in provider.answer(asked)][-1]


def test_an_overlay_leaves_the_page_warm_and_is_cached_behind_it(asker: Asker) -> None:
    overlay = [replace(KEEPER, text="The harbour master counts the herring boats now.\n" * 40)]
    plain, changed, again = map(done_of, asker.ask(asked(), asked(overlay=overlay), asked(overlay=overlay)))
    assert changed.usage.cache_read == plain.usage.cache_write
    assert again.usage.cache_read == changed.usage.cache_read + changed.usage.cache_write
    assert changed.usage.cache_write > 500


def test_a_new_document_of_the_overlay_is_sent_once(asker: Asker) -> None:
    note = Document("note.md", "The zeppelin crew counts the herring boats twice.\n", "4" * 64)
    events = asker.ask_one(pages=[PAGE, WEATHER], overlay=[note], question="Does the zeppelin crew count twice?")
    assert [quote.path for quote in quotes_of(events)] == ["note.md"]
    assert sum("zeppelin crew counts" in json.dumps(body) for body in asker.bodies()) == 1


def test_a_file_emptied_by_the_overlay_is_not_quoted(asker: Asker) -> None:
    assert quotes_of(asker.ask_one(overlay=[replace(KEEPER, text="")])) == []


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab?é", min_size=1).filter(str.strip), st.lists(st.text("xy\n"), max_size=3)),
        min_size=2,
        max_size=3,
    )
)
def test_requests_of_one_page_share_their_bytes_up_to_its_breakpoint(cases: list[tuple[str, list[str]]]) -> None:
    vendor = Vendor()
    requests = [
        asked(question, overlay=[Document(f"{n}.md", text, "") for n, text in enumerate(texts)])
        for question, texts in cases
    ]
    with serving_in_background(vendor) as url:
        Asker(vendor, url).ask(*requests)
    bodies = [one.body for one in vendor.requests]
    marker = b'"cache_control":{"type":"ephemeral","ttl":"5m"}'
    shared = bodies[0][: bodies[0].index(marker) + len(marker)]
    assert len(shared) > len(PAGE.data)
    assert all(body.startswith(shared) for body in bodies)
    assert len({json.dumps({**json.loads(body), "messages": None}) for body in bodies}) == 1


def test_the_receipt_agrees_with_the_vendors_bill(asker: Asker) -> None:
    asker.vendor.faults = [CutShort(), say("Goodbye!")]
    events = asker.ask(asked(pages=[PAGE, WEATHER]), asked(), asked(NOTHING))
    total = Usage()
    for done in map(done_of, events):
        total = total.plus(done.usage)
    bills = asker.vendor.bills
    assert (total.input, total.cache_write, total.cache_read) == (
        sum(bill.usage.input for bill in bills),
        sum(bill.usage.cache_write for bill in bills),
        sum(bill.usage.cache_read for bill in bills),
    )
    assert len(bills) == 6


def test_an_undisturbed_answer_costs_what_the_vendor_bills(asker: Asker) -> None:
    done = [done_of(events) for events in asker.ask(asked(), asked(), provider=asker.provider(ttl="1h"))]
    assert [one.usage for one in done] == [bill.usage for bill in asker.vendor.bills]
    assert [one.cost_usd for one in done] == pytest.approx([bill.cost_usd for bill in asker.vendor.bills])


def test_text_arrives_in_pieces(asker: Asker) -> None:
    assert len([event for event in asker.ask_one() if isinstance(event, Text)]) > 2


def test_of_several_pages_those_with_an_answer_speak(asker: Asker) -> None:
    events = asker.ask_one(pages=[WEATHER, PAGE])
    assert NOTHING not in text_of(events)
    assert [page.digest for page in done_of(events).pages] == [WEATHER.digest, PAGE.digest]
    assert len(asker.vendor.bills) == 2


def test_with_nothing_to_read_nobody_is_asked(asker: Asker) -> None:
    events = asker.ask_one(pages=[])
    assert (done_of(events).found, text_of(events)) == (False, NOTHING)
    assert asker.vendor.requests == []


def test_says_not_found_although_it_cites_what_is_near(asker: Asker) -> None:
    asker.vendor.speak = lambda said: say(f"{NOTHING} Nearest is this.", cite(said.documents, 1, 0))
    assert not done_of(asker.ask_one()).found


PASSING = [Refused(429, "slow down"), Refused(500, "oops"), Refused(503, "down"), Refused(529, "overloaded")]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.status)
def test_a_passing_error_is_tried_again_with_growing_pauses(asker: Asker, fault: Refused) -> None:
    assert done_of(asker.ask_one(fault, fault, fault)).found
    assert len(asker.slept) == 3
    assert asker.slept[0] < asker.slept[2]


def test_waits_as_long_as_the_vendor_asks_for(asker: Asker) -> None:
    assert done_of(asker.ask_one(Refused(429, "slow down", {"retry-after": "7"}))).found
    assert asker.slept == [7.0]


def test_does_not_wait_past_its_deadline(asker: Asker) -> None:
    with pytest.raises(IfmemError) as caught:
        asker.ask_one(Refused(429, "slow down", {"retry-after": "90"}), deadline_s=60.0)
    assert asker.slept == []
    assert "90 s" in caught.value.fix


LASTING = [
    (Refused(400, "messages: odd"), Exit.DID_NOT_HAPPEN, "odd"),
    (Refused(400, "prompt is too long: 2 tokens > 1 maximum"), Exit.DID_NOT_HAPPEN, "page_tokens"),
    (Refused(401, "invalid"), Exit.CREDENTIALS, "ANTHROPIC_API_KEY"),
    (Refused(402, "no credit"), Exit.DID_NOT_HAPPEN, "console"),
    (Refused(403, "not yours"), Exit.CREDENTIALS, "workspace"),
    (Refused(404, "model: x"), Exit.USAGE, "claude-haiku-5-5"),
    (Refused(413, "too large"), Exit.DID_NOT_HAPPEN, "page_tokens"),
    (Refused(429, "limit", code="enforced_spend_limit_reached"), Exit.DID_NOT_HAPPEN, "console"),
    (Refused(429, "limit", code="contract_spend_limit_reached"), Exit.DID_NOT_HAPPEN, "console"),
]


@pytest.mark.parametrize(("fault", "code", "said"), LASTING)
def test_a_lasting_error_is_not_tried_again(asker: Asker, fault: Refused, code: Exit, said: str) -> None:
    with pytest.raises(IfmemError) as caught:
        asker.ask_one(fault)
    assert caught.value.exit_code == code
    assert said in caught.value.why + caught.value.fix
    assert len(asker.vendor.requests) == 1


def test_a_ramp_limit_passes(asker: Asker) -> None:
    assert done_of(asker.ask_one(Refused(429, "slower", code="ramp_limit_exceeded"))).found


def test_a_misspelt_model_names_the_nearest(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="claude-hiaku-5-5") as caught:
        asker.ask(asked(), provider=asker.provider(model="claude-hiaku-5-5"))
    assert "claude-haiku-5-5" in caught.value.fix


@pytest.mark.parametrize("fault", [CutShort(2), Lost(2), ErrorMidStream(2)], ids=lambda fault: type(fault).__name__)
def test_a_reply_that_breaks_off_is_asked_for_once_more(asker: Asker, fault: Fault) -> None:
    events = asker.ask_one(fault)
    assert (done_of(events).found, done_of(events).stop) == (True, "complete")
    assert sum(isinstance(event, Restart) for event in events) == 1
    assert text_of(events).count("As the documents say") == 1
    assert len(quotes_of(events)) == 1
    assert len(asker.vendor.bills) == 2


def test_one_that_breaks_off_again_is_incomplete(asker: Asker) -> None:
    events = asker.ask_one(CutShort(), Lost())
    assert done_of(events).stop == "incomplete"
    assert done_of(events).usage.cache_write > 0
    assert len(asker.vendor.bills) == 2


def test_an_error_on_asking_again_keeps_what_was_said_and_spent(asker: Asker) -> None:
    events = asker.ask_one(CutShort(2), Refused(401, "revoked"))
    assert text_of(events).startswith("As the documents say")
    assert (done_of(events).stop, done_of(events).usage.cache_write > 0) == ("incomplete", True)


@pytest.mark.parametrize("text", ["Goodbye! The session is complete.", "", "All done. Let me know if you need more."])
def test_a_sign_off_is_not_shown_and_asked_again(asker: Asker, text: str) -> None:
    events = asker.ask_one(say(text))
    assert text_of(events).startswith("As the documents say")
    assert (done_of(events).found, done_of(events).asked_again, len(asker.vendor.bills)) == (True, 1, 2)


def test_a_second_sign_off_is_a_failure(asker: Asker) -> None:
    events = asker.ask_one(say("Goodbye!"), say("Goodbye!"))
    assert (done_of(events).found, done_of(events).stop, text_of(events)) == (False, "incomplete", "Goodbye!")
    assert done_of(events).usage.output == sum(bill.usage.output for bill in asker.vendor.bills)
    assert len(asker.vendor.bills) == 2


@pytest.mark.parametrize(
    ("reason", "stop"),
    [("refusal", "refused"), ("max_tokens", "truncated"), ("model_context_window_exceeded", "truncated")],
)
def test_says_how_a_reply_ended(asker: Asker, reason: str, stop: str) -> None:
    assert done_of(asker.ask_one(say("The keeper", stop_reason=reason))).stop == stop


def test_a_refusal_without_a_word_is_named(asker: Asker) -> None:
    refusal = Spoken((), "refusal", {"type": "refusal", "category": "cyber"})
    assert "refused to answer (cyber)" in text_of(asker.ask_one(refusal))


def test_a_hang_ends_with_the_deadline(asker: Asker) -> None:
    with pytest.raises(IfmemError, match="did not answer in time"):
        asker.ask_one(Hang(), deadline_s=0.1)


def test_blocks_that_are_not_known_are_passed_over(asker: Asker) -> None:
    odd = Spoken((("The keeper.", ()),), extra_blocks=({"type": "hologram", "text": "whales"},))
    assert text_of(asker.ask_one(odd)) == "The keeper."


def test_a_server_that_gives_no_usage_is_read(asker: Asker) -> None:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": []}},
        {"type": "moon_phase", "phase": "full"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "The keeper."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    said = asker.ask_one(Raw(body.encode(), headers={"content-type": "text/event-stream"}))
    assert (text_of(said), done_of(said).usage, done_of(said).pages[0].cache) == ("The keeper.", Usage(), "none")


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>Welcome"), (404, b"<html>Sorry"), (400, b"?"), (404, b'{"detail": "Not Found"}')]
)
def test_a_server_of_another_kind_is_named(asker: Asker, status: int, body: bytes) -> None:
    with pytest.raises(IfmemError, match="does not answer as a Messages API") as caught:
        asker.ask_one(Raw(body, status, {"content-type": "application/json" if body[:1] == b"{" else "text/html"}))
    assert "base_url" in caught.value.fix


def test_no_server_is_named(asker: Asker) -> None:
    provider = asker.provider(base_url="http://127.0.0.1:9")
    with pytest.raises(IfmemError, match=r"cannot reach http://127.0.0.1:9"):
        asker.ask(asked(), provider=provider)
    assert len(asker.slept) == 3


def test_the_key_is_shown_nowhere(asker: Asker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider = asker.provider()
    with pytest.raises(IfmemError) as caught:
        asker.vendor.faults = [CutShort(), Refused(400, f"bad key {KEY}"), Refused(400, f"bad key {KEY}")]
        asker.ask(asked(), asked(), provider=provider)
    assert "(the key)" in caught.value.why
    assert caught.value.__context__ is None
    for text in (caught.value.to_json(), repr(provider), caplog.text, repr(vars(caught.value))):
        assert KEY not in text


@pytest.mark.parametrize("key", ["", "sk-ü", "sk one", "sk\n"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(IfmemError) as caught:
        Anthropic(key, Settings(), Unlimited())
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert not key or key not in caught.value.to_json()


MODELS = [
    (Settings("claude-haiku-5-5"), None, None, True),
    (Settings("claude-haiku-5-5", effort="medium"), None, None, True),
    (Settings("claude-haiku-5-5", effort="low", thinking=False), "disabled", "low", False),
    (Settings("claude-sonnet-5-5", effort="low"), None, "low", True),
    (Settings("claude-sonnet-5-5", thinking=False), "between_tools", None, False),
    (Settings("claude-haiku-4-5-20251001", thinking=False), None, None, False),
    (Settings("claude-sonnet-4-5", effort=""), None, None, True),
]


@pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("chosen", "thinking", "effort", "has_room"), MODELS)
def test_each_model_is_asked_as_it_accepts(
    asker: Asker, chosen: Settings, thinking: str | None, effort: str | None, has_room: bool
) -> None:
    events = asker.ask(asked(), provider=Anthropic(KEY, replace(chosen, base_url=asker.url), Unlimited()))[0]
    [body] = asker.bodies()
    assert done_of(events).found
    assert body.get("thinking", {}).get("type") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    assert (body["max_tokens"] > 2048) == has_room


@pytest.mark.parametrize(
    "wrong",
    [
        {"ttl": "2h"},
        {"effort": "huge"},
        {"effort": "max", "thinking": False},
        {"model": "claude-haiku-4-5", "effort": "low"},
    ],
)
def test_settings_that_a_model_refuses_are_refused_before_a_call(wrong: dict[str, Any]) -> None:
    with pytest.raises(IfmemError) as caught:
        Settings(**wrong)
    assert caught.value.exit_code == Exit.USAGE


def test_instructions_stand_before_the_page_and_the_question_comes_last(asker: Asker) -> None:
    asker.ask_one()
    [body] = asker.bodies()
    content = body["messages"][0]["content"]
    assert body["system"][0]["text"].startswith(INSTRUCTIONS)
    assert [block["type"] for block in content] == ["document", "document", "text"]
    assert content[-1] == {"type": "text", "text": ANSWERED}
    assert [name for name, block in enumerate(content) if "cache_control" in block] == [1]


@pytest.mark.parametrize("why", ["certificate verify failed: certificate is not yet valid", "certificate has expired"])
def test_a_certificate_that_is_not_accepted_leads_to_the_clock(why: str) -> None:
    import anthropic
    import httpx2

    error = anthropic.APIConnectionError(request=httpx2.Request("POST", "https://api.example.invalid"))
    error.__cause__ = httpx2.ConnectError(f"[SSL: CERTIFICATE_VERIFY_FAILED] {why}")
    told = explain(error, "claude-haiku-5-5", "https://api.example.invalid")
    assert why in told.why
    assert "clock" in told.fix


def test_every_call_is_paid_for_with_what_the_vendor_billed(asker: Asker) -> None:
    books = Books()
    asker.ask(asked(), asked(), provider=Anthropic(KEY, Settings(base_url=asker.url), books))
    assert [bill.usage for bill in books.bills] == [bill.usage for bill in asker.vendor.bills]
    assert [bill.cost_usd for bill in books.bills] == pytest.approx([bill.cost_usd for bill in asker.vendor.bills])
    assert all(call.most_usd > bill.cost_usd for call, bill in zip(books.calls, asker.vendor.bills, strict=True))
    assert {(call.purpose, call.page, call.local) for call in books.calls} == {("answer", PAGE.digest, True)}


@pytest.mark.parametrize("fault", [Refused(402, "no credit"), Refused(401, "bad key"), Refused(529, "busy")])
def test_a_refused_call_costs_nothing(asker: Asker, fault: Refused) -> None:
    books = Books()
    asker.vendor.faults = [fault] * 4
    with pytest.raises(IfmemError):
        asker.ask(asked(), provider=Anthropic(KEY, Settings(base_url=asker.url), books, sleep=asker.sleep))
    assert [(bill.usage, bill.cost_usd) for bill in books.bills] == [(Usage(), 0.0)]


def test_what_a_call_without_an_end_cost_is_not_known(asker: Asker) -> None:
    books = Books()
    asker.vendor.faults = [Hang()]
    with pytest.raises(IfmemError):
        asker.ask(asked(deadline_s=0.2), provider=Anthropic(KEY, Settings(base_url=asker.url), books))
    assert [(bill.usage, bill.cost_usd) for bill in books.bills] == [(None, None)]


def test_a_reply_that_is_cut_off_has_usage_but_no_price(asker: Asker) -> None:
    books = Books()
    asker.vendor.faults = [CutShort(1)]
    asker.ask(asked(), provider=Anthropic(KEY, Settings(base_url=asker.url), books))
    cut, whole = books.bills
    assert cut.usage is not None and cut.usage.cache_write > 0
    assert (cut.cost_usd, whole.cost_usd is None) == (None, False)


def test_nothing_is_sent_that_is_not_paid_for(asker: Asker) -> None:
    class Empty:
        @asynccontextmanager
        async def paying(self, call: Call) -> AsyncGenerator[Bill, None]:
            raise OverBudget("the daily budget is spent.")
            yield Bill()

    with pytest.raises(OverBudget):
        asker.ask(asked(), provider=Anthropic(KEY, Settings(base_url=asker.url), Empty()))
    assert asker.vendor.requests == []
