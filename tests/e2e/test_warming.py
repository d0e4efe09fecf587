"""Pages read into the vendor's cache ahead of time: a real set, the real SDK, the simulated vendor on loopback, and a key of nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_cli import ifmem
from running_set import RunningSet, eventually, make_project
from simulator.background import serving_in_background
from simulator.vendor import KEY, Vendor


class Warmed:
    """A set over a project with one page that is worth caching."""

    def __init__(self, folder: Path, url: str, vendor: Vendor) -> None:
        self.vendor = vendor
        self.env = {"ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url, "IFMEM_CITATIONS": "native"}
        self.set = RunningSet(make_project(folder), settings="")
        self.ledger = "".join(f"Day {n}: the lighthouse keeper counts {n} herring boats.\n" for n in range(200))
        (self.set.folder / "ledger.md").write_text(self.ledger)

    def run(self, *arguments: str, **env: str):  # type: ignore[no-untyped-def]
        return ifmem("-C", str(self.set.folder), *arguments, env={**self.env, **env})

    def shard(self, name: str) -> dict[str, object]:
        shards = json.loads(self.run("status", "--json").out)["shards"]
        return next(shard for shard in shards if shard["name"] == name)


@pytest.fixture
def warmed(tmp_path: Path) -> Iterator[Warmed]:
    vendor = Vendor()
    with serving_in_background(vendor) as url:
        found = Warmed(tmp_path, url, vendor)
        try:
            yield found
        finally:
            found.set.end()


def test_up_warm_reads_the_pages_and_the_first_question_finds_them(warmed: Warmed) -> None:
    up = warmed.run("up", "--warm", "--shards", "docs")
    assert up.code == 0, up
    assert "docs: 1 page in the cache of claude-haiku-5-5" in up.err
    [bill] = warmed.vendor.bills
    assert bill.usage.cache_write > 2_000
    assert bill.usage.output <= 1
    asked = json.loads(warmed.run("ask", "--json", "Who counts the herring boats?").out)
    assert [page["cache"] for shard in asked["shards"] for page in shard["pages"]] == ["warm"]
    eventually(lambda: warmed.shard("docs")["warm"] == 1, what="the warm page in the status")


def test_what_the_budget_does_not_cover_is_not_warmed_and_said(warmed: Warmed) -> None:
    up = warmed.run("up", "--warm", "--shards", "docs", IFMEM_BUDGET_DAY_USD="0.0000001")
    assert up.code == 1
    assert "docs: the daily budget does not cover this call." in up.err
    assert warmed.vendor.bills == []


def test_without_a_model_there_is_nothing_to_warm(warmed: Warmed) -> None:
    up = warmed.run("up", "--warm", "--shards", "docs", IFMEM_PROVIDER="extractive")
    assert (up.code, warmed.vendor.requests) == (0, [])
    assert warmed.shard("docs")["warm"] == 0


def test_warming_needs_a_set_that_is_ready(warmed: Warmed) -> None:
    assert warmed.run("up", "--warm", "--no-wait").code == 2
