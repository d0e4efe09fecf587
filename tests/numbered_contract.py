"""What every provider that numbers lines must do over its own simulated server. A test module subclasses `NumberedContract`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from conformance_provider import ANSWERED, INSTRUCTIONS, ProviderContract, done_of, quotes_of, request, text_of
from numbered_model import NOTHING, Speech
from simulator.faults import CutShort, ErrorMidStream, Hang, Lost, Raw

from ifmem.core.citations import verify
from ifmem.core.documents import Document
from ifmem.core.findings import Usage
from ifmem.core.pages import page_of
from ifmem.core.queries import Turn
from ifmem.errors import Exit, IfmemError
from ifmem.providers.contract import Event, Provider, Request, Restart, Text
from ifmem.providers.spending import Purse, Unlimited

LEDGER = Document(
    "harbour/ledger.md", "".join(f"Day {n}: the ledger says {n} boats.\n" for n in range(1, 400)), "1" * 64
)
KEEPER = Document(
    "harbour/keeper.md",
    "# The keeper\n\nThe lighthouse keeper counts the herring boats every morning.\n\n## Storms\n\nIn a storm he sleeps.\n",
    "2" * 64,
)
PAGE = page_of([LEDGER, KEEPER])


def asked(question: str = ANSWERED, **changes: Any) -> Request:
    return request(question, **{"pages": [PAGE], **changes})


@dataclass
class Asker:
    """A provider and its server. `make` is given the base URL, a purse and what a test changes; `refuse` makes a refusal of the
    server. `slept` are the pauses that were wanted."""

    server: Any
    url: str
    make: Callable[..., Provider]
    refuse: Callable[..., Any]
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def provider(self, purse: Purse | None = None, **changes: Any) -> Provider:
        return self.make(purse=purse or Unlimited(), sleep=self.sleep, **{"base_url": self.url, **changes})

    def ask(self, *requests: Request, provider: Provider | None = None) -> list[list[Event]]:
        """What the provider says to each request, one after the other."""
        asked = provider or self.provider()

        async def collect() -> list[list[Event]]:
            try:
                return [[event async for event in asked.answer(one)] for one in requests]
            finally:
                await asked.close()

        return asyncio.run(collect())

    def ask_one(self, *faults: Any, **changes: Any) -> list[Event]:
        self.server.faults.extend(faults)
        return self.ask(asked(**changes))[0]

    def prompts(self) -> list[bytes]:
        return [one.body for one in self.server.requests if one.method == "POST"]


class NumberedContract(ProviderContract):
    """`ends` is the server's word for a reply that is complete, `truncates` for one that ran out of tokens; `variable` holds the key."""

    ends = "stop"
    truncates = "length"
    key = ""
    variable = ""

    @pytest.fixture
    def asker(self) -> Asker:
        raise NotImplementedError

    @pytest.fixture
    def provider(self, asker: Asker) -> Provider:
        return asker.provider()

    def test_cites_exact_lines_and_takes_the_mark_out_of_the_text(self, asker: Asker) -> None:
        events = asker.ask_one()
        [quote] = quotes_of(events)
        assert (quote.path, quote.start_line, quote.end_line, quote.sha256) == (KEEPER.path, 3, 3, KEEPER.sha256)
        assert text_of(events) == "As the documents say: it is so."
        assert verify(quote, PAGE.documents).verification == "verified"

    def test_cites_lines_of_the_file_in_a_part_of_it(self, asker: Asker) -> None:
        part = replace(KEEPER, first_line=401, part=2, parts=2)
        [quote] = quotes_of(asker.ask_one(pages=[page_of([part])]))
        assert quote.start_line == 403

    def test_a_place_cited_twice_is_quoted_once(self, asker: Asker) -> None:
        twice = Speech("So [harbour/keeper.md:3]. And so [harbour/keeper.md:3].", self.ends)
        assert len(quotes_of(asker.ask_one(twice))) == 1

    def test_a_citation_of_other_words_is_neither_lost_nor_believed(self, asker: Asker) -> None:
        [quote] = quotes_of(asker.ask_one(Speech('So it is [harbour/keeper.md:3 "He counts whales."]', self.ends)))
        assert verify(quote, PAGE.documents).verification == "invented"

    def test_text_arrives_in_pieces(self, asker: Asker) -> None:
        assert len([event for event in asker.ask_one() if isinstance(event, Text)]) > 1

    def test_requests_of_one_page_begin_with_the_same_bytes(self, asker: Asker) -> None:
        overlay = [replace(KEEPER, text="The harbour master counts them now.\n")]
        asker.ask(asked(), asked("What does the ledger say?"), asked(overlay=overlay))
        first, *others = asker.prompts()
        shared = first[: first.index(b"In a storm he sleeps.")]
        assert len(shared) > len(LEDGER.text)
        assert all(other.startswith(shared) for other in others)

    def test_a_follow_up_comes_after_what_was_said(self, asker: Asker) -> None:
        history = (Turn("Who sleeps?", "The keeper."), Turn("When?", ""))
        assert done_of(asker.ask_one(history=history)).found
        [body] = asker.prompts()
        order = [body.index(said) for said in (b"sleeps?", b"The keeper.", b"When?", b"herring boats?")]
        assert order == sorted(order)

    def test_instructions_are_sent_with_how_to_cite(self, asker: Asker) -> None:
        asker.ask_one()
        [body] = asker.prompts()
        assert INSTRUCTIONS.encode() in body
        assert b"How to cite" in body

    def test_with_nothing_to_read_nobody_is_asked(self, asker: Asker) -> None:
        events = asker.ask_one(pages=[])
        assert (done_of(events).found, text_of(events), asker.prompts()) == (False, NOTHING, [])

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_a_passing_error_is_tried_again_with_growing_pauses(self, asker: Asker, status: int) -> None:
        assert done_of(asker.ask_one(*[asker.refuse(status, "later")] * 3)).found
        assert len(asker.slept) == 3
        assert asker.slept[0] < asker.slept[2]

    @pytest.mark.parametrize(
        ("status", "said", "code", "fix"),
        [
            (400, "odd", Exit.DID_NOT_HAPPEN, "logs"),
            (401, "no such key", Exit.CREDENTIALS, "KEY"),
            (403, "not yours", Exit.CREDENTIALS, "another model"),
            (404, "no such model", Exit.USAGE, "Set "),
        ],
    )
    def test_a_lasting_error_is_not_tried_again(
        self, asker: Asker, status: int, said: str, code: Exit, fix: str
    ) -> None:
        with pytest.raises(IfmemError) as caught:
            asker.ask_one(asker.refuse(status, said))
        assert caught.value.exit_code == code
        assert fix in caught.value.fix
        assert len(asker.prompts()) == 1

    @pytest.mark.parametrize("fault", [CutShort(3), Lost(3), ErrorMidStream(3)], ids=lambda one: type(one).__name__)
    def test_a_reply_that_breaks_off_is_asked_for_once_more(self, asker: Asker, fault: Any) -> None:
        events = asker.ask_one(fault)
        assert (done_of(events).found, done_of(events).stop) == (True, "complete")
        assert sum(isinstance(event, Restart) for event in events) == 1
        assert text_of(events).count("As the documents say") == 1
        assert len(asker.prompts()) == 2

    def test_one_that_breaks_off_again_is_incomplete(self, asker: Asker) -> None:
        assert done_of(asker.ask_one(CutShort(2), Lost(2))).stop == "incomplete"
        assert len(asker.prompts()) == 2

    def test_an_error_on_asking_again_keeps_what_was_said(self, asker: Asker) -> None:
        events = asker.ask_one(CutShort(2), asker.refuse(401, "revoked"))
        assert text_of(events).startswith("As the")
        assert done_of(events).stop == "incomplete"

    @pytest.mark.parametrize("text", ["Goodbye! The session is complete.", "", "All done. Let me know."])
    def test_a_sign_off_is_not_shown_and_asked_again(self, asker: Asker, text: str) -> None:
        events = asker.ask_one(Speech(text, self.ends))
        assert text_of(events) == "As the documents say: it is so."
        assert (done_of(events).found, done_of(events).asked_again) == (True, 1)

    def test_a_second_sign_off_is_a_failure(self, asker: Asker) -> None:
        events = asker.ask_one(Speech("Goodbye!", self.ends), Speech("Goodbye!", self.ends))
        assert (done_of(events).found, done_of(events).stop, text_of(events)) == (False, "incomplete", "Goodbye!")
        assert len(asker.prompts()) == 2

    def test_a_sign_off_after_a_cut_takes_back_what_was_shown(self, asker: Asker) -> None:
        goodbye = Speech("Goodbye!", self.ends)
        events = asker.ask_one(CutShort(3), goodbye, goodbye)
        assert text_of(events) == "Goodbye!"

    def test_says_that_a_reply_was_truncated(self, asker: Asker) -> None:
        assert done_of(asker.ask_one(Speech("The keeper counts", self.truncates))).stop == "truncated"

    def test_a_hang_ends_with_the_deadline(self, asker: Asker) -> None:
        with pytest.raises(IfmemError, match="did not answer in time"):
            asker.ask_one(Hang(), deadline_s=0.2)

    @pytest.mark.parametrize(
        ("status", "body"), [(200, b"<html>Welcome"), (404, b"<html>Sorry"), (404, b'{"detail": "Not Found"}')]
    )
    def test_a_server_of_another_kind_is_named(self, asker: Asker, status: int, body: bytes) -> None:
        kind = "application/json" if body[:1] == b"{" else "text/html"
        with pytest.raises(IfmemError, match="does not answer as a") as caught:
            asker.ask_one(Raw(body, status, {"content-type": kind}))
        assert "base_url" in caught.value.fix

    def test_no_server_is_named(self, asker: Asker) -> None:
        with pytest.raises(IfmemError, match=r"cannot reach http://127.0.0.1:9"):
            asker.ask(asked(), provider=asker.provider(base_url="http://127.0.0.1:9"))
        assert len(asker.slept) == 3

    def test_a_server_that_tells_no_usage_is_read(self, asker: Asker) -> None:
        asker.server.usage = ""
        asker.server.tells_usage = False
        done = done_of(asker.ask_one())
        assert (done.found, done.usage, done.cost_usd, done.pages[0].cache) == (True, Usage(), None, "none")

    def test_the_key_is_shown_nowhere(self, asker: Asker, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        provider = asker.provider()
        refusal = asker.refuse(400, f"bad key {self.key}")
        asker.server.faults = [CutShort(2), refusal, refusal]
        with pytest.raises(IfmemError) as caught:
            asker.ask(asked(), asked(), provider=provider)
        assert "(the key)" in caught.value.why
        assert caught.value.__context__ is None
        for text in (caught.value.to_json(), repr(provider), caplog.text, repr(vars(caught.value))):
            assert self.key not in text
