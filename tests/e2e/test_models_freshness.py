"""A model that reads a page which has changed: the vendor's cache of the page stays, the change is read behind it, lines are present."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from e2e_cli import ifmem
from running_set import RunningSet, eventually, make_project
from simulator.background import serving_in_background
from simulator.vendor import KEY, Vendor

LINES = [f"On day {day} the harbour log has nothing about anything at all, as usual.\n" for day in range(1, 901)]
SETTINGS = "".join(f"shards.{name}.enabled = false\n" for name in ("history", "code", "working"))


@pytest.fixture
def running(tmp_path: Any) -> Iterator[RunningSet]:
    vendor = Vendor()
    with serving_in_background(vendor) as url, pytest.MonkeyPatch.context() as environment:
        for name, value in {"ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native"}.items():
            environment.setenv(name, value)
        found = RunningSet(make_project(tmp_path), settings=SETTINGS)
        (found.folder / "log.md").write_text("".join([*LINES, "The walrus keeps the green ledger.\n"]))
        try:
            assert ifmem("up", "-C", str(found.folder), env=dict(os.environ)).code == 0
            yield found
        finally:
            found.end()


def ask(running: RunningSet, question: str, *options: str) -> dict[str, Any]:
    asked = ifmem("-C", str(running.folder), "ask", "--json", *options, question, env=dict(os.environ))
    assert asked.code == 0, asked
    answer: dict[str, Any] = json.loads(asked.out)
    return answer


def test_a_change_leaves_the_page_in_the_cache_and_is_cited_where_it_stands(running: RunningSet) -> None:
    first = ask(running, "Who keeps the green ledger?", "--fresh")
    page_tokens = first["usage"]["cache_write"]
    assert page_tokens > 5_000
    (running.folder / "log.md").write_text(
        "".join(["A new first line.\n", *LINES[:500], "The narwhal rings the brass bell.\n", *LINES[500:]])
    )

    def changed() -> dict[str, Any] | None:
        answer = ask(running, "Who rings the brass bell?", "--fresh")
        return answer if answer["found"] and "narwhal" in answer["answer"] else None

    after = eventually(changed, what="the change read by the model")
    assert [(c["path"], c["verification"]) for c in after["citations"]] == [("log.md", "verified")]
    (citation,) = after["citations"]
    assert citation["start_line"] <= 502 <= citation["end_line"]
    assert after["usage"]["cache_read"] >= page_tokens
    assert after["usage"]["cache_write"] < page_tokens / 10
    gone = ask(running, "Who keeps the green ledger?", "--fresh")
    assert not any("walrus" in one["quote"] and one["verification"] == "verified" for one in gone["citations"])


def test_a_stored_answer_counts_until_its_text_changes(running: RunningSet) -> None:
    first = ask(running, "Who keeps the green ledger?")
    again = ask(running, "Who keeps the green ledger?")
    assert again["cached_from"] == first["id"]
    (running.folder / "log.md").write_text("".join([*LINES, "The manatee keeps the green ledger.\n"]))
    eventually(
        lambda: "manatee" in ask(running, "Who keeps the green ledger?")["answer"], what="the stored answer dropped"
    )
