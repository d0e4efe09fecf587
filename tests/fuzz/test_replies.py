"""What vendors, servers and programs of one's own send: events of ours come out, whatever went in."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.providers.anthropic_findings import lay_out_findings
from ifmem.providers.anthropic_prompt import lay_out_page
from ifmem.providers.anthropic_reply import Reply
from ifmem.providers.command_lines import CommandReply
from ifmem.providers.contract import Quote, Text
from ifmem.providers.endpoint import Ended, Said, Used
from ifmem.providers.gemini_events import ReplyEvents as GeminiEvents
from ifmem.providers.numbered_citations import Citations
from ifmem.providers.openai_compatible_events import ReplyEvents as OpenAIEvents

from .outside import as_object, fuzzed, json_like, spliced

SENT = (Document("a/b.md", "one\ntwo\n\nthree\n", "1" * 64), Document("c[1].py", "x = d['k']\n", "2" * 64))
CLAUDE = [
    *(
        "type",
        "message",
        "usage",
        "delta",
        "content_block",
        "citation",
        "text",
        "stop_reason",
        "stop_details",
        "category",
    ),
    *(
        "document_index",
        "start_block_index",
        "end_block_index",
        "cited_text",
        "search_result_index",
        "input_tokens",
        "output_tokens",
    ),
]
CLAUDE_WORDS = [
    *(
        "message_start",
        "message_delta",
        "content_block_start",
        "content_block_delta",
        "text_delta",
        "citations_delta",
        "text",
    ),
    *("end_turn", "refusal", "one\ntwo\n"),
]
COMPATIBLE = [
    *("choices", "delta", "content", "refusal", "finish_reason", "usage", "prompt_tokens", "completion_tokens"),
    *(
        "prompt_tokens_details",
        "cached_tokens",
        "candidates",
        "parts",
        "text",
        "thought",
        "usage_metadata",
        "prompt_feedback",
    ),
    *("block_reason", "prompt_token_count", "candidates_token_count"),
]
LINES = [
    "id",
    "type",
    "text",
    "path",
    "start_line",
    "end_line",
    "quote",
    "usage",
    "cost_usd",
    "what",
    "session",
    "found",
]


@fuzzed
@example([{"type": "message_start"}, {"type": "message_delta", "delta": {"stop_reason": []}}])
@given(st.lists(st.dictionaries(st.sampled_from(CLAUDE), json_like(CLAUDE, CLAUDE_WORDS), max_size=6), max_size=4))
def test_events_of_claude(events: list[dict[str, Any]]) -> None:
    for cited in (lay_out_page(page_of(SENT), "5m").cited, lay_out_findings(()).cited):
        reply = Reply(cited)
        heard = [one for event in events for one in reply.take(as_object(event))]
        assert all(isinstance(one, Text | Quote) for one in (*heard, *reply.rest()))
        assert reply.prompt_tokens == reply.usage.input + reply.usage.cache_write + reply.usage.cache_read
        assert reply.stop in ("complete", "truncated", "refused", "incomplete")


@fuzzed
@example([{"choices": {}, "candidates": {"content": {"parts": {}}}}])
@given(
    st.lists(
        st.dictionaries(st.sampled_from(COMPATIBLE), json_like(COMPATIBLE, ["stop", "SAFETY"]), max_size=8), max_size=6
    )
)
def test_events_of_other_vendors(chunks: list[dict[str, Any]]) -> None:
    for reading in (OpenAIEvents(), GeminiEvents()):
        for chunk in chunks:
            for heard in reading.of(as_object(chunk)):
                assert isinstance(heard, Said | Ended | Used)
                assert not isinstance(heard, Said) or isinstance(heard.text, str)


@fuzzed
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.dictionaries(
                st.sampled_from(LINES), json_like(LINES, ["r", "text", "quote", "done", "error"]), max_size=6
            ),
        ),
        max_size=8,
    )
)
def test_lines_of_a_program(lines: list[Any]) -> None:
    reply = CommandReply("r")
    for line in lines:
        raw = line if isinstance(line, bytes) else json.dumps({"id": "r", **line}).encode()
        assert all(isinstance(one, Text | Quote) for one in reply.take(raw))
    list(reply.rest())
    assert reply.strange <= len(lines)


PIECES = [
    "[",
    "]",
    "[a/b.md:",
    "[b.md:",
    "c[1].py:1",
    "1-2",
    ":3",
    '"',
    "“",
    "”",
    '"]',
    "one",
    "\n",
    " ",
    "L",
    "0",
    "999999999",
    "–",
    "[[[",
]


@fuzzed
@given(spliced(PIECES, 40), st.lists(st.integers(1, 9), max_size=20))
def test_citations_in_a_text_whatever_the_pieces_it_comes_in(text: str, cuts: list[int]) -> None:
    def read(pieces: list[str]) -> tuple[str, list[Any]]:
        reader = Citations(SENT)
        events = [event for piece in pieces for event in reader.take(piece)] + list(reader.rest())
        said = "".join(event.text for event in events if isinstance(event, Text))
        return said, [event.citation for event in events if isinstance(event, Quote)]

    pieces, rest = [], text
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert read([*pieces, rest])[1] == read([text])[1]
