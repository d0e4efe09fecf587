"""The simulator keeps the documented rules, as seen through the vendor's own SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic
import pytest

from simulator.faults import CutShort, ErrorMidStream, Hang, Lost
from simulator.reading import say
from simulator.refusals import Refused
from simulator.vendor import KEY, Vendor, serving

HAIKU, SONNET, OLD = "claude-haiku-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"
PAGE = "The lighthouse keeper counts the herring boats every morning.\n"
EPHEMERAL = {"type": "ephemeral"}

Client = anthropic.AsyncAnthropic
Use = Callable[[Client], Awaitable[Any]]


def using(vendor: Vendor, use: Use, key: str = KEY, **options: Any) -> Any:
    """What `use` returns, with a client of this vendor."""

    async def run() -> Any:
        async with serving(vendor) as url, Client(api_key=key, base_url=url, max_retries=0, **options) as client:
            return await use(client)

    return asyncio.run(run())


def document(text: str = PAGE * 60, *, cites: bool = True, **more: Any) -> dict[str, Any]:
    chunks = [{"type": "text", "text": line + "\n"} for line in text.splitlines()]
    source = {"type": "content", "content": chunks}
    return {"type": "document", "source": source, "title": "a.md", "citations": {"enabled": cites}, **more}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def fields(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    page = document(cache_control=EPHEMERAL)
    blocks = list(content) or [page, text("Who counts the herring boats?")]
    return {"model": HAIKU, "max_tokens": 20_000, "messages": [{"role": "user", "content": blocks}], **more}


def send(vendor: Vendor, **more: Any) -> Any:
    return using(vendor, lambda client: client.messages.create(**fields(**more)))


def counts(usage: Any) -> tuple[int, int]:
    return usage.cache_creation_input_tokens, usage.cache_read_input_tokens


def test_cites_ranges_of_the_documents_own_blocks() -> None:
    answer = send(Vendor())
    cited = [citation for block in answer.content if block.type == "text" for citation in block.citations or ()]
    assert cited[0].type == "content_block_location"
    assert (cited[0].document_index, cited[0].start_block_index, cited[0].end_block_index) == (0, 0, 1)
    assert cited[0].cited_text == PAGE


def test_streams_what_it_would_have_sent_whole() -> None:
    async def both(client: Client) -> tuple[Any, Any]:
        whole = await client.messages.create(**fields())
        async with client.messages.stream(**fields()) as stream:
            return whole, await stream.get_final_message()

    whole, streamed = using(Vendor(), both)
    assert [block.type for block in streamed.content][:2] == ["thinking", "text"]
    assert [getattr(b, "text", "") for b in streamed.content] == [getattr(b, "text", "") for b in whole.content]
    assert streamed.content[2].citations == whole.content[2].citations
    assert streamed.stop_reason == whole.stop_reason == "end_turn"


def test_bills_a_write_then_reads_and_the_sum_of_usage_is_the_bill() -> None:
    vendor = Vendor()

    async def twice(client: Client) -> list[Any]:
        return [(await client.messages.create(**fields())).usage for _ in range(2)]

    first, second = using(vendor, twice)
    assert counts(first)[1] == counts(second)[0] == 0
    assert counts(first)[0] == counts(second)[1] > 512
    assert [bill.usage.cache_write for bill in vendor.bills] == [counts(first)[0], 0]
    page, rest, output = counts(first)[0], first.input_tokens, first.output_tokens
    dollars = (0.125 * page + 0.1 * rest + 0.5 * output) / 1e6
    assert vendor.bills[0].cost_usd == pytest.approx(dollars)


def test_the_clock_is_the_tests_own() -> None:
    vendor = Vendor()
    send(vendor)
    vendor.now = 299.0
    assert counts(send(vendor).usage)[1] > 0
    vendor.now = 600.0
    assert counts(send(vendor).usage)[1] == 0


def test_an_entry_is_readable_once_the_first_response_has_begun() -> None:
    async def overlapping(client: Client) -> list[tuple[int, int]]:
        first = asyncio.create_task(client.messages.create(**fields()))
        while not vendor.requests:
            await asyncio.sleep(0)
        second = await client.messages.create(**fields())
        gate.set()
        return [
            counts((await first).usage),
            counts(second.usage),
            counts((await client.messages.create(**fields())).usage),
        ]

    gate = asyncio.Event()
    vendor = Vendor(faults=[Hang(gate)])
    first, second, third = using(vendor, overlapping)
    assert first[1] == second[1] == third[0] == 0
    assert third[1] == first[0]


def test_max_tokens_zero_warms_without_an_answer() -> None:
    vendor = Vendor()
    warmed = send(vendor, max_tokens=0)
    assert (warmed.content, warmed.stop_reason, warmed.usage.output_tokens) == ([], "max_tokens", 0)
    assert counts(send(vendor).usage)[1] == counts(warmed.usage)[0]


def test_a_reply_ends_at_max_tokens() -> None:
    said = send(Vendor(), max_tokens=1)
    assert (said.stop_reason, said.usage.output_tokens) == ("max_tokens", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"thinking": {"type": "disabled"}},
        {"output_config": {"effort": "high"}},
        {"system": "Another instruction."},
    ],
)
def test_a_changed_setting_misses_the_cache(change: dict[str, Any]) -> None:
    vendor = Vendor()
    send(vendor)
    assert counts(send(vendor, **change).usage)[1] == 0


def test_the_default_effort_is_the_same_as_none() -> None:
    vendor = Vendor()
    send(vendor)
    assert counts(send(vendor, output_config={"effort": "medium"}).usage)[1] > 0


def test_a_prompt_over_the_step_costs_more_as_a_whole() -> None:
    vendor = Vendor()
    long = document(PAGE * 4_200, cache_control=EPHEMERAL)
    answer = using(vendor, lambda client: client.messages.create(**fields(long, text("Nothing?"))))
    prompt = counts(answer.usage)[0]
    assert prompt > 100_000
    assert vendor.bills[0].cost_usd > 0.6 * prompt / 1e6


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "five breakpoints": (fields(*[text(f"t{n}", cache_control=EPHEMERAL) for n in range(5)]), "at most 4"),
    "an hour after five minutes": (
        fields(text("a", cache_control=EPHEMERAL), text("b", cache_control={**EPHEMERAL, "ttl": "1h"})),
        "1h breakpoint",
    ),
    "a breakpoint on empty text": (fields(text("", cache_control=EPHEMERAL)), "non-whitespace"),
    "citations for some documents": (fields(document(), document(cites=False), text("q")), "for all documents"),
    "an unknown field": (fields(extra_body={"temprature": 1}), "Extra inputs"),
    "sampling": (fields(extra_body={"temperature": 0.5}), "temperature"),
    "a thinking budget": (fields(thinking={"type": "enabled", "budget_tokens": 2048}), "thinking.type"),
    "no thinking at high effort": (
        fields(thinking={"type": "disabled"}, output_config={"effort": "max"}),
        "not allowed at effort max",
    ),
    "Sonnet without thinking": (fields(model=SONNET, thinking={"type": "disabled"}), "thinking.type"),
    "an effort for Haiku 4.5": (fields(model=OLD, output_config={"effort": "low"}), "effort"),
    "prefill": (
        fields(messages=[{"role": "user", "content": "q"}, {"role": "assistant", "content": "The"}]),
        "prefill",
    ),
    "a document of the assistant": (
        fields(messages=[{"role": role, "content": [document()]} for role in ("user", "assistant", "user")]),
        "user messages only",
    ),
    "warming a stream": (fields(max_tokens=0, stream=True), "max_tokens: 0"),
    "too much output": (fields(max_tokens=128_001, stream=True), "max_tokens"),
    "too long a prompt": (fields(text("word " * 500_100), model=OLD), "prompt is too long"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_as_malformed(name: str) -> None:
    asked, said = REFUSED[name]
    with pytest.raises(anthropic.BadRequestError, match=said):
        using(Vendor(), lambda client: client.messages.create(**asked))


@pytest.mark.parametrize(
    ("vendor", "asked", "key", "error"),
    [
        (Vendor(), fields(), "sk-wrong", anthropic.AuthenticationError),
        (Vendor(), fields(model="claude-haiku-5-6"), KEY, anthropic.NotFoundError),
        (Vendor(forbidden=frozenset({HAIKU})), fields(), KEY, anthropic.PermissionDeniedError),
        (Vendor(faults=[Refused(402, "no credit")]), fields(), KEY, anthropic.PaymentRequiredError),
        (Vendor(faults=[Refused(413, "too large")]), fields(), KEY, anthropic.ContentTooLargeError),
        (Vendor(faults=[Refused(500, "broken")]), fields(), KEY, anthropic.InternalServerError),
        (Vendor(faults=[Refused(529, "overloaded")]), fields(), KEY, anthropic.OverloadedError),
        (Vendor(input_tokens_per_minute=100), fields(), KEY, anthropic.RateLimitError),
    ],
)
def test_refuses_with_the_vendors_errors(
    vendor: Vendor, asked: dict[str, Any], key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        using(vendor, lambda client: client.messages.create(**asked), key)


def test_the_limit_of_input_tokens_leaves_reads_out_and_says_when_to_come_back() -> None:
    vendor = Vendor(input_tokens_per_minute=3_000)
    assert [send(vendor).stop_reason for _ in range(8)] == ["end_turn"] * 8
    with pytest.raises(anthropic.RateLimitError) as caught:
        send(vendor, system="Another prefix.")
    headers = caught.value.response.headers
    assert 0 < float(headers["retry-after"]) < 60
    assert 0 < int(headers["anthropic-ratelimit-input-tokens-remaining"]) < 2_000
    vendor.now = float(headers["retry-after"])
    assert send(vendor, system="Another prefix.").stop_reason == "end_turn"


async def streamed(client: Client) -> Any:
    async with client.messages.stream(**fields()) as stream:
        return await stream.get_final_message()


def test_an_error_in_mid_stream_arrives_as_an_error_of_status_200() -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        using(Vendor(faults=[ErrorMidStream()]), streamed)
    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


def test_a_stream_cut_short_ends_without_a_stop_reason() -> None:
    assert using(Vendor(faults=[CutShort()]), streamed).stop_reason is None


def test_a_lost_connection_is_an_error_of_the_transport() -> None:
    with pytest.raises(Exception, match="without sending complete message body"):
        using(Vendor(faults=[Lost()]), streamed)


def test_a_hang_runs_into_the_clients_timeout() -> None:
    with pytest.raises(anthropic.APITimeoutError):
        using(Vendor(faults=[Hang()]), streamed, timeout=0.05)


@pytest.mark.parametrize("reason", ["refusal", "max_tokens", "model_context_window_exceeded"])
def test_says_what_it_is_told_to(reason: str) -> None:
    assert using(Vendor(faults=[say("I", stop_reason=reason)]), streamed).stop_reason == reason


def test_counts_tokens_as_it_bills_them() -> None:
    vendor = Vendor()
    asked = {name: value for name, value in fields().items() if name != "max_tokens"}
    counted = using(vendor, lambda client: client.messages.count_tokens(**asked)).input_tokens
    send(vendor)
    assert vendor.bills[0].prompt_tokens == counted
    assert len(vendor.bills) == 1


def test_lists_its_models_with_their_capacity() -> None:
    async def look(client: Client) -> tuple[list[str], Any]:
        return [model.id async for model in client.models.list()], await client.models.retrieve(OLD)

    ids, old = using(Vendor(), look)
    assert {HAIKU, SONNET, OLD} <= set(ids)
    assert (old.max_input_tokens, old.max_tokens) == (200_000, 64_000)
    assert not old.capabilities.effort.supported
