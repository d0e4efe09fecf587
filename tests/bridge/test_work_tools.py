"""Work that an agent delegates, through a server in this process, over a real set, in both protocol eras."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from bridge.conftest import Desk
from mcp import Client
from running_set import PATIENCE_S, RunningSet

from ifmem.bridge import work_tools
from ifmem.bridge.work_tools import AT_ONCE

QUESTION = "Who counts the herring boats every morning?"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is quick on an idle machine is quick enough."""
    monkeypatch.setattr(work_tools, "QUICK_S", PATIENCE_S)


@pytest.mark.usefixtures("patient")
def test_a_quick_task_is_told_at_once_the_same_in_text_and_structure(memory: Desk) -> None:
    found = memory.call("delegate_work", work=QUESTION, shard="docs", priority="high")
    facts, text = found.structured_content, found.content[0].text
    assert (facts["kind"], facts["state"], facts["found"], facts["next"]) == ("task", "found", True, "")
    assert facts["sources"] == ["README.md:1-3 (verified)"]
    for said in (facts["id"], facts["text"], *facts["sources"], f"ifmem://finding/{facts['finding']}"):
        assert said in text
    read = memory.talk(lambda client: client.read_resource(f"ifmem://finding/{facts['finding']}"))
    assert json.loads(read.contents[0].text)["query_id"] == facts["id"]


@pytest.mark.usefixtures("patient")
def test_a_task_is_looked_up_later_and_listed(memory: Desk) -> None:
    task = memory.facts("delegate_work", work=QUESTION)
    assert memory.facts("memory_status", work=task["id"]) == task
    listed = memory.call("memory_status", work="tasks")
    newest = listed.structured_content["tasks"][0]
    assert (newest["id"], newest["state"], newest["finding"]) == (task["id"], "found", task["finding"])
    assert f"{task['id']} found: {QUESTION} ifmem://finding/{task['finding']}" in listed.content[0].text


def test_a_search_goes_on_after_the_call_that_began_it_and_ends_in_a_report(memory: Desk) -> None:
    async def delegated(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
        begun = await client.call_tool("delegate_work", {"work": QUESTION, "kind": "search"})
        work_id = begun.structured_content["id"]
        ended = await client.call_tool("memory_status", {"work": work_id, "wait_seconds": 50})
        return begun.structured_content, ended.structured_content

    begun, ended = memory.talk(delegated)
    assert begun["kind"] == "search" and len(begun["passes"]) == 8
    assert (ended["id"], ended["state"], ended["found"], ended["cost_usd"]) == (begun["id"], "done", True, 0.0)
    assert ended["text"].startswith(f"# {QUESTION}") and ended["passes"][0].startswith("scan: done")
    read = memory.talk(lambda client: client.read_resource(f"ifmem://search/{begun['id']}"))
    assert json.loads(read.contents[0].text)["state"] == "done"


def test_a_search_that_nobody_works_on_is_gone_on_with_by_its_id(memory: Desk, running: RunningSet) -> None:
    search_id = running.memory.prepare_search(QUESTION).id
    stands = memory.facts("memory_status", work=search_id)
    assert stands["state"] == "interrupted" and search_id in stands["next"]

    async def gone_on_with(client: Client) -> dict[str, Any]:
        await client.call_tool("delegate_work", {"work": search_id})
        ended = await client.call_tool("memory_status", {"work": search_id, "wait_seconds": 50})
        facts: dict[str, Any] = ended.structured_content
        return facts

    assert memory.talk(gone_on_with)["state"] == "done"


def test_only_so_many_searches_go_on_at_once(memory: Desk, running: RunningSet) -> None:
    ids = [running.memory.prepare_search(QUESTION).id for _ in range(AT_ONCE + 1)]

    async def several(client: Client) -> list[Any]:
        """All are begun before any can have ended, and seen to their ends."""
        begun = await asyncio.gather(*(client.call_tool("delegate_work", {"work": one}) for one in ids))
        ends = (client.call_tool("memory_status", {"work": one, "wait_seconds": 50}) for one in ids)
        await asyncio.gather(*ends)
        return begun

    (refused,) = [one.content[0].text for one in memory.talk(several) if one.is_error]
    assert f"{AT_ONCE} searches are under way" in refused and "work=s_" in refused


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("delegate_work", {"work": QUESTION, "shard": "cod"}, "no shard 'cod'"),
        ("delegate_work", {"work": QUESTION, "pass_name": "sleep"}, "no pass 'sleep'"),
        ("delegate_work", {"work": "s_0"}, "no search 's_0'"),
        ("memory_status", {"work": "t_0"}, "no task 't_0'"),
        ("memory_status", {"work": "s_0"}, "no search 's_0'"),
    ],
)
def test_what_cannot_be_done_is_said(memory: Desk, tool: str, arguments: dict[str, str], said: str) -> None:
    assert said in memory.refused(tool, **arguments)


def test_looking_at_work_starts_nothing(desk: Desk) -> None:
    assert "is not running" in desk.refused("memory_status", work="t_0")
    assert desk.facts("memory_status")["state"] == "stopped"
