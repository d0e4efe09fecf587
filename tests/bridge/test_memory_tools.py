"""The memory through a server in this process, over a real set, in both protocol eras."""

from __future__ import annotations

import json

import pytest
from bridge.conftest import LINES, Desk
from mcp import Client
from mcp.shared.exceptions import MCPError


def test_an_answer_says_the_same_in_text_and_structure(memory: Desk) -> None:
    found = memory.call("ask_memory", question="Who counts the herring boats every morning?")
    facts, text = found.structured_content, found.content[0].text
    assert facts["found"] is True
    assert (facts["sources"][0]["place"], facts["sources"][0]["verification"]) == ("README.md:1-3", "verified")
    for said in (facts["id"], facts["sources"][0]["place"], "verified", *facts["asked"], "lighthouse keeper"):
        assert said in text
    assert "lighthouse keeper" in facts["answer"] + facts["sources"][0]["quote"]


def test_what_the_folder_does_not_say_is_not_found(memory: Desk) -> None:
    facts = memory.facts("ask_memory", question="What does a banana milkshake cost?")
    assert facts["found"] is False


def test_an_answer_has_its_whole_receipt_as_a_resource(memory: Desk) -> None:
    facts = memory.facts("ask_memory", question="Who counts the herring boats every morning?", limit=1)
    read = memory.talk(lambda client: client.read_resource(f"ifmem://answer/{facts['id']}"))
    receipt = json.loads(read.contents[0].text)
    assert (receipt["id"], receipt["schema"]) == (facts["id"], 1)
    assert len(receipt["citations"]) == len(facts["sources"]) + facts["remaining"]


def test_a_question_may_follow_up_and_name_shards(memory: Desk) -> None:
    first = memory.facts("ask_memory", question="Which function counts boats?", shards=["code"])
    assert first["asked"] == ["code"]
    assert memory.facts("ask_memory", question="And in which file?", follows=first["id"])["id"] != first["id"]
    assert "no shard 'cod'" in memory.refused("ask_memory", question="Which?", shards=["cod"])


def test_the_status_names_every_shard(memory: Desk) -> None:
    facts = memory.facts("memory_status")
    assert facts["state"] == "ready"
    assert {shard["name"] for shard in facts["shards"]} == {"docs", "code"}


def test_a_finding_is_kept_without_secrets_and_found_at_once(memory: Desk) -> None:
    token = "ghp_" + "Ab1" * 12
    stored = memory.facts("store_finding", text=f"The ledger is green {memory.era}; {token}", sources=["README.md:1-3"])
    assert "[masked]" in stored["text"] and token not in stored["text"]
    found = memory.facts("search_findings", query=f"green {memory.era};", shard="agents")["findings"]
    assert [one["id"] for one in found] == [stored["id"]]
    read = memory.talk(lambda client: client.read_resource(stored["uri"]))
    (citation,) = json.loads(read.contents[0].text)["citations"]
    assert citation["quote"].startswith("# Harbour") and citation["verification"] == "verified"


@pytest.mark.parametrize("source", ["missing.md:1", "README.md:3-900", "README.md:0", "/etc/passwd:1"])
def test_a_source_that_is_not_loaded_is_refused(memory: Desk, source: str) -> None:
    assert source.split(":", maxsplit=1)[0] in memory.refused("store_finding", text="something", sources=[source])


def test_findings_come_in_pages(memory: Desk) -> None:
    for number in range(3):
        memory.facts("store_finding", text=f"Paged {memory.era} finding {number}")
    first = memory.facts("search_findings", query=f"Paged {memory.era}", limit=2)
    rest = memory.facts("search_findings", query=f"Paged {memory.era}", limit=2, offset=2)
    assert (len(first["findings"]), first["remaining"], len(rest["findings"]), rest["remaining"]) == (2, 1, 1, 0)


def test_a_long_document_says_where_to_go_on(memory: Desk) -> None:
    seen, uri = list[str](), "ifmem://document/long.md"
    while uri:
        text = memory.talk(lambda client: client.read_resource(uri)).contents[0].text  # noqa: B023 - called at once
        assert len(text) < 41_000
        *lines, last = text.splitlines()
        uri = last.rpartition(": ")[2].rstrip("]") if last.startswith("[") else ""
        seen += lines if uri else [*lines, last]
    assert len(seen) == LINES
    assert seen[-1] == f"Line {LINES} of the long ballad."


@pytest.mark.parametrize(
    "uri", ["ifmem://document/missing.md", "ifmem://document/../secret", "ifmem://finding/f_0", "ifmem://nothing/x"]
)
def test_a_resource_that_is_not_there_is_an_error(memory: Desk, uri: str) -> None:
    async def read(client: Client) -> None:
        with pytest.raises(MCPError):
            await client.read_resource(uri)

    memory.talk(read)


def test_the_corpus_is_listed_by_shard(memory: Desk) -> None:
    read = memory.talk(lambda client: client.read_resource("ifmem://corpus?shard=docs"))
    listed = json.loads(read.contents[0].text)
    assert listed.keys() == {"docs"}
    assert set(listed["docs"]["files"]) == {"README.md", "long.md"}
