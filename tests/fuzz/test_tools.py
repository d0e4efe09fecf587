"""What an agent may put into a tool's arguments: a result, or a refusal that says why; the server goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bridge.conftest import Desk
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from running_set import PATIENCE_S

from ifmem.config.loading import load

from .outside import fuzzed, json_like

SLOW = {"start_memory"}  # starts a set
WORDS = [
    "README.md",
    "../../etc/passwd",
    "README.md:1-9",
    "q_1",
    "conv_1",
    "docs",
    "a\x00b",
    "\x1b[2J",
    "x" * 30_000,
    "",
]
ANYTHING = json_like(["x", "path"], WORDS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Over a folder where nothing runs."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    (folder / "README.md").write_text("# Harbour\n")
    desk = Desk(replace(load(folder), bridge_store=str(folder / "bridge.db")), "auto", folder=str(folder))
    yield desk
    desk.post.close()


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that get past the schema, most of them, so that the tool itself is tried."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(one) for one in schema["anyOf"]])
    match schema.get("type"):
        case "string":
            return st.one_of(st.sampled_from(WORDS), st.text(max_size=60))
        case "integer":
            return st.one_of(st.integers(), st.integers(0, 3))
        case "number":
            return st.one_of(st.floats(), st.floats(0, 1))
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(fitting(schema.get("items", {})), max_size=4)
    return json_like(["x"], WORDS)


def call_of(tool: Any) -> st.SearchStrategy[dict[str, Any]]:
    schema = tool.input_schema
    fields = {name: st.one_of(fitting(one), fitting(one), ANYTHING) for name, one in schema["properties"].items()}
    needed = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in needed},
        optional={name: value for name, value in fields.items() if name not in needed},
    )


@pytest.fixture(scope="module")
def calls(desk: Desk) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    tools = desk.talk(lambda client: client.list_tools()).tools
    return st.one_of([call_of(tool).map(partial(_named, tool.name)) for tool in tools if tool.name not in SLOW])


def _named(name: str, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return name, {**arguments, "wait_seconds": 0} if "wait_seconds" in arguments else arguments


@fuzzed
@given(st.data())
def test_arguments(desk: Desk, calls: st.SearchStrategy[tuple[str, dict[str, Any]]], data: st.DataObject) -> None:
    name, arguments = data.draw(calls)

    async def call(client: Client) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            return await client.call_tool(name, arguments)

    try:
        result = desk.talk(call)
    except (MCPError, UnicodeEncodeError):  # what is no text cannot even be sent
        return
    text = "".join(getattr(one, "text", "") for one in result.content)
    assert "Traceback" not in text
    assert not result.is_error or text
