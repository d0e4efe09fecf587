"""The contract every provider must pass. A test module subclasses `ProviderContract` and supplies the provider.

The questions are answered by, or absent from, `PAGES`; nothing here depends on how a provider words its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ifmem.core.citations import verify
from ifmem.core.documents import Citation, Document
from ifmem.core.pages import Page, page_of
from ifmem.providers.contract import Done, Event, Provider, Quote, Request, Text
from ifmem.providers.several_pages import standing

HARBOUR = "# The harbour\n\nThe lighthouse keeper counts the herring boats every morning.\nHe writes the count into a green ledger.\n"
MOUNTAIN = "# The mountain\n\nThe cable car stops when the wind is above sixty knots.\n"
PAGES = (
    page_of([Document("harbour.md", HARBOUR, "a" * 64)]),
    page_of([Document("mountain.md", MOUNTAIN, "b" * 64)]),
)
ANSWERED = "Who counts the herring boats?"
NOT_ANSWERED = "Which orchestra plays symphonies in Vienna?"
INSTRUCTIONS = "Answer from the pages and quote them."


def request(
    question: str = ANSWERED, pages: Sequence[Page] = PAGES, overlay: Sequence[Document] = (), **fields: object
) -> Request:
    return Request(question, INSTRUCTIONS, tuple(pages), tuple(overlay), **fields)  # type: ignore[arg-type]


def events_of(provider: Provider, asked: Request) -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in provider.answer(asked)]

    return asyncio.run(collect())


def text_of(events: Sequence[Event]) -> str:
    return "".join(event.text for event in standing(events) if isinstance(event, Text))


def quotes_of(events: Sequence[Event]) -> list[Citation]:
    return [event.citation for event in standing(events) if isinstance(event, Quote)]


def done_of(events: Sequence[Event]) -> Done:
    done = events[-1]
    assert isinstance(done, Done)
    return done


class ProviderContract:
    @pytest.fixture
    def provider(self) -> Provider:
        """A provider that has been given `PAGES` to answer from."""
        raise NotImplementedError

    def test_says_who_it_is(self, provider: Provider) -> None:
        assert provider.name
        assert provider.model

    def test_ends_with_one_done(self, provider: Provider) -> None:
        events = events_of(provider, request())
        assert [isinstance(event, Done) for event in events] == [False] * (len(events) - 1) + [True]

    def test_answers_with_text_and_quotes(self, provider: Provider) -> None:
        events = events_of(provider, request())
        assert done_of(events).found
        assert text_of(events).strip()
        assert quotes_of(events)

    def test_quotes_stand_in_the_pages(self, provider: Provider) -> None:
        documents = [document for page in PAGES for document in page.documents]
        for quote in quotes_of(events_of(provider, request())):
            assert verify(quote, documents).verification == "verified"

    def test_says_so_when_the_pages_hold_no_answer(self, provider: Provider) -> None:
        events = events_of(provider, request(NOT_ANSWERED))
        assert not done_of(events).found
        assert text_of(events).strip()
        assert quotes_of(events) == []

    def test_does_not_answer_from_pages_it_was_not_given(self, provider: Provider) -> None:
        assert not done_of(events_of(provider, request(pages=PAGES[1:]))).found

    def test_names_each_page_it_read_and_what_the_cache_did(self, provider: Provider) -> None:
        pages = done_of(events_of(provider, request())).pages
        assert {page.digest for page in pages} <= {page.digest for page in PAGES}
        assert {page.cache for page in pages} <= {"warm", "cold", "none"}
        assert pages

    def test_an_overlay_replaces_the_document_of_its_path(self, provider: Provider) -> None:
        changed = Document("harbour.md", "# The harbour\n\nThe harbour master counts the herring boats.\n", "c" * 64)
        quotes = quotes_of(events_of(provider, request(overlay=[changed])))
        assert [verify(quote, [changed]).verification for quote in quotes] == ["verified"] * len(quotes)
        assert quotes

    def test_answers_several_questions_at_once(self, provider: Provider) -> None:
        async def ask_both() -> list[list[Event]]:
            async def ask(question: str) -> list[Event]:
                return [event async for event in provider.answer(request(question))]

            return await asyncio.gather(ask(ANSWERED), ask(NOT_ANSWERED))

        assert [done_of(events).found for events in asyncio.run(ask_both())] == [True, False]

    def test_closes_twice(self, provider: Provider) -> None:
        async def close_twice() -> None:
            await provider.close()
            await provider.close()

        assert asyncio.run(close_twice()) is None
