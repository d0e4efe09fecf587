"""What a host sees of the server before it calls anything, in both protocol eras."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bridge.conftest import Desk

TOOLS = {
    *("ask_memory", "search_findings", "store_finding", "delegate_work", "memory_status"),
    *("create_conversation", "send_to_partner", "check_messages", "update_my_status", "check_partner_status"),
}


def definitions(desk: Desk) -> list[dict[str, Any]]:
    listed = desk.talk(lambda client: client.list_tools()).tools
    return [json.loads(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in listed]


def size(definition: dict[str, Any]) -> int:
    """In bytes, as it is sent."""
    return len(json.dumps(definition, separators=(",", ":"), ensure_ascii=False).encode())


def test_at_most_ten_tools_in_less_than_8_kb(desk: Desk) -> None:
    tools = definitions(desk)
    assert {tool["name"] for tool in tools} == TOOLS
    assert len(tools) <= 10
    assert sum(map(size, tools)) < 8_000


def test_every_tool_states_all_hints_and_every_argument_is_described_and_bounded(desk: Desk) -> None:
    for tool in definitions(desk):
        hints = {name for name in tool["annotations"] if name.endswith("Hint")}
        assert hints == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}, tool["name"]
        assert 20 < len(tool["description"]) < 400
        for name, schema in tool["inputSchema"].get("properties", {}).items():
            assert "description" in schema or "enum" in schema, f"{tool['name']}.{name}"
            assert bounded(schema), f"{tool['name']}.{name}"


def bounded(schema: dict[str, Any]) -> bool:
    match schema["type"]:
        case "string":
            return "maxLength" in schema or "enum" in schema
        case "integer" | "number":
            return "maximum" in schema and "minimum" in schema
        case "array":
            return "maxItems" in schema
    return False


def test_instructions_are_short_and_begin_with_the_point(desk: Desk) -> None:
    async def told(client: Any) -> str:
        return str(client.instructions)

    text = desk.talk(told)
    assert len(text) < 1_500
    assert text.startswith("ifmem keeps this project's history")


def test_prompts_and_resources_are_listed_with_descriptions(desk: Desk) -> None:
    prompts = desk.talk(lambda client: client.list_prompts()).prompts
    assert {prompt.name for prompt in prompts} == {"recall_a_topic", "open_a_shard"}
    assert all(prompt.description and prompt.arguments for prompt in prompts)
    templates = desk.talk(lambda client: client.list_resource_templates()).resource_templates
    assert {template.uri_template.split("/")[2].split("{")[0] for template in templates} == {
        *("finding", "answer", "search", "document", "corpus")
    }
    assert all(template.description for template in templates)


def test_a_prompt_holds_what_was_asked_for(desk: Desk) -> None:
    found = desk.talk(lambda client: client.get_prompt("recall_a_topic", {"topic": "herring {boats}"}))
    assert "about: herring {boats}" in found.messages[0].content.text


def test_a_mistake_in_arguments_is_told_in_plain_words(desk: Desk) -> None:
    text = desk.refused("ask_memory", question="", limit=51)
    assert "question: " in text and "limit: " in text
    assert "pydantic" not in text and "http" not in text
    assert len(desk.refused("send_to_partner", message="x" * 50_001)) < 200


def test_an_argument_that_no_tool_has_is_ignored_and_named(desk: Desk) -> None:
    found = desk.call("memory_status", sessionId="n8n", toolCallId="1")
    assert found.structured_content["ignored_arguments"] == ["sessionId", "toolCallId"]
    assert "sessionId" in found.content[-1].text


@pytest.mark.parametrize("tool", ["execute_command", "enable_yolo_mode"])
def test_nothing_can_be_executed(desk: Desk, tool: str) -> None:
    assert "Unknown tool" in desk.refused(tool)
