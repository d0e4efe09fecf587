"""Transcripts in the shapes that agents and chats write them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ifmem.core.sessions import Session
from ifmem.corpus.transcripts import read_transcript

AT = "2025-11-19T10:02:11.000Z"
NIGHT = 1_763_546_531.0


def lines(*records: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, records))


def only(content: str) -> Session:
    (session,) = read_transcript(content)
    return session


def said(session: Session) -> list[tuple[str, str]]:
    return [(one.who, one.text) for one in session.utterances]


def claude(kind: str, content: Any, **fields: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content}
    return {"type": kind, "sessionId": "5b1f", "timestamp": AT, "message": message, **fields}


def test_claude_code() -> None:
    session = only(
        lines(
            {"type": "summary", "summary": "Mending the lock"},
            claude("user", "Why does the lock stay?"),
            claude(
                "assistant",
                [
                    {"type": "thinking", "thinking": "hm", "signature": "x"},
                    {"type": "text", "text": "I will look."},
                    {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}},
                ],
            ),
            claude(
                "user", [{"type": "tool_result", "content": [{"type": "text", "text": "lock.py"}, {"type": "image"}]}]
            ),
            claude("assistant", [{"type": "text", "text": "Found it."}], isSidechain=True),
            claude("user", "caveat", isMeta=True),
            {"type": "file-history-snapshot", "snapshot": {}},
        )
        + '\n{"type":"user","mess'
    )
    assert (session.agent, session.id, session.title) == ("Claude Code", "5b1f", "Mending the lock")
    assert said(session) == [
        ("user", "Why does the lock stay?"),
        ("assistant", "I will look."),
        ("tool call", 'Bash {"command": "ls"}'),
        ("tool output", "lock.py\n[image, not kept]"),
        ("subagent, assistant", "Found it."),
    ]
    assert {one.at for one in session.utterances} == {NIGHT}
    assert session.not_kept == {
        "thoughts": 1,
        "records of the program itself": 1,
        "file-history-snapshot records": 1,
        "unreadable records": 1,
    }


def codex(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": AT, "type": kind, "payload": payload}


def test_codex() -> None:
    session = only(
        lines(
            codex("session_meta", id="019a", cwd="/p"),
            codex(
                "response_item", type="message", role="user", content=[{"type": "input_text", "text": "Speed it up"}]
            ),
            codex("event_msg", type="user_message", message="Speed it up"),
            codex("response_item", type="reasoning", summary=[], encrypted_content="gAAA"),
            codex("response_item", type="function_call", name="shell", arguments='{"command":["ls"]}'),
            codex("response_item", type="function_call_output", output='{"output":"parser.py\\n","metadata":{}}'),
            codex(
                "response_item", type="message", role="assistant", content=[{"type": "output_text", "text": "Done."}]
            ),
        )
    )
    assert (session.agent, session.id) == ("Codex", "019a")
    assert said(session) == [
        ("user", "Speed it up"),
        ("tool call", 'shell {"command":["ls"]}'),
        ("tool output", "parser.py"),
        ("assistant", "Done."),
    ]
    assert session.not_kept == {"event_msg records": 1, "thoughts": 1}


def test_gemini_cli() -> None:
    messages = [
        {"timestamp": AT, "type": "user", "content": "Which port?"},
        {"timestamp": AT, "type": "gemini", "content": "6379.", "toolCalls": [{"name": "grep", "args": {"p": "port"}}]},
    ]
    session = only(json.dumps({"sessionId": "s1", "projectHash": "ff", "messages": messages}))
    assert (session.agent, session.id) == ("Gemini CLI", "s1")
    assert said(session) == [("user", "Which port?"), ("assistant", "6379."), ("tool call", 'grep {"p": "port"}')]


def node(parent: str | None, role: str, text: str, *children: str) -> dict[str, Any]:
    message = {"author": {"role": role}, "create_time": NIGHT, "content": {"content_type": "text", "parts": [text]}}
    return {"message": message, "parent": parent, "children": list(children)}


def test_an_export_of_chatgpt_has_a_session_for_each_conversation_and_only_the_branch_that_was_shown() -> None:
    mapping = {
        "root": {"message": None, "parent": None, "children": ["a"]},
        "a": node("root", "user", "Name a gull", "b", "c"),
        "b": node("a", "assistant", "Herring gull"),
        "c": node("a", "assistant", "Black-headed gull"),
    }
    export = [{"title": f"Gulls {n}", "id": f"c{n}", "mapping": mapping, "current_node": "c"} for n in (1, 2)]
    first, second = read_transcript(json.dumps(export))
    assert (first.title, second.id) == ("Gulls 1", "c2")
    assert said(first) == [("user", "Name a gull"), ("assistant", "Black-headed gull")]
    assert first.not_kept == {"messages of other branches": 1}


def test_messages_of_the_gemini_api_have_parts() -> None:
    assert said(only(lines({"role": "model", "parts": [{"text": "6379."}]}))) == [("assistant", "6379.")]


def test_a_line_of_json_may_hold_any_line_end_but_a_line_feed() -> None:
    content = json.dumps({"role": "user", "content": "one\u2028two\x85three"}, ensure_ascii=False)
    assert said(only(f"{content}\r\n{content}\r\n")) == [("user", "one\u2028two\x85three")] * 2


MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Sum"}, {"type": "image_url", "image_url": {}}]},
    {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "add", "arguments": "[1]"}}]},
    {"role": "tool", "content": "1"},
]


@pytest.mark.parametrize("content", [json.dumps({"messages": MESSAGES}), json.dumps(MESSAGES), lines(*MESSAGES)])
def test_lists_of_messages(content: str) -> None:
    session = only(content)
    assert said(session) == [("system", "Be brief."), ("user", "Sum"), ("tool call", "add [1]"), ("tool output", "1")]
    assert session.not_kept == {"image_url blocks": 1}


def test_markdown_is_kept_as_it_is() -> None:
    content = "# Meeting of 2025-11-19\n\n- [ ] mend the lock\n"
    assert said(only(content)) == [("transcript", content)]


@pytest.mark.parametrize("content", ["", " \n", "[]", "{}", '{"type":"summary","summary":"x"}', "[1, 2]", '[{"a": 1}]'])
def test_nothing_said_is_no_session(content: str) -> None:
    assert read_transcript(content) == ()


@pytest.mark.parametrize(
    "record",
    [
        {"role": "user", "content": 7},
        {"role": "user", "content": [7, None, {"type": "text", "text": 7}]},
        {"type": "user", "message": {"role": None, "content": {"type": "tool_result", "content": None}}},
        {"timestamp": {}, "type": "response_item", "payload": {"type": "function_call", "arguments": None}},
        {"role": "assistant", "content": "x", "tool_calls": ["y", {"function": 3}]},
        {"mapping": {"a": {"parent": "a", "children": [], "message": {"author": None, "content": None}}}},
    ],
)
def test_a_strange_record_spoils_no_session(record: dict[str, Any]) -> None:
    told = [
        one.text
        for session in read_transcript(lines({"role": "user", "content": "Hello"}, record))
        for one in session.utterances
    ]
    assert "Hello" in told
    read_transcript(json.dumps(record))
