"""The plan held against what the simulated vendor bills, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator.background import serving_in_background
from simulator.reading import Spoken
from simulator.vendor import KEY, Vendor

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load as load_settings
from ifmem.core.plan import Habits, Plan
from ifmem.core.tokens import CHARACTERS_PER_TOKEN
from ifmem.errors import Exit, IfmemError
from ifmem.processes.loading import load
from ifmem.processes.planning import make_plan
from ifmem.providers.choice import provider_for
from ifmem.providers.contract import Request
from ifmem.providers.spending import Unlimited
from ifmem.stores.page_files import read_manifest

HABITS = Habits()
TOML = """
citations = "native"
keep_warm = false
page_tokens = 4000
[shards.history]
enabled = false
[shards.code]
enabled = false
[shards.working]
enabled = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "folder"
    place.mkdir()
    for name in ("a.md", "b.md"):
        (place / name).write_text("".join(f"{name}, day {n}: the ledger says {n} boats.\n" for n in range(220)))
    return place


@pytest.fixture
def vendor() -> Vendor:
    """Its answers are as long as a plan takes them to be."""
    said = ("He counted the boats. " * 50)[: round(HABITS.output * CHARACTERS_PER_TOKEN)]
    return Vendor(speak=lambda _: Spoken(((said, ()),)))


@pytest.fixture
def served(folder: Path, vendor: Vendor) -> Iterator[Config]:
    with serving_in_background(vendor) as url:
        (folder / "ifmem.toml").write_text(TOML)
        yield load_settings(folder, env={"ANTHROPIC_API_KEY": KEY, "IFMEM_BASE_URL": url})


def planned(settings: Config, questions: int, *, measure: bool = True) -> Plan:
    return make_plan(settings, questions, measure=measure, progress=lambda _: None)


def ask_for_a_day(settings: Config, vendor: Vendor, questions: int) -> float:
    """Ask evenly through the day's hours, each time another page; gives the vendor's bill."""
    [domain] = prompts.domains(settings)
    loaded = load(domain, [domain], settings, fresh=False, progress=lambda _: None)
    provider = provider_for(domain, settings, lambda *_, **__: [], Unlimited())

    async def ask() -> None:
        for number in range(questions):
            vendor.now = number * HABITS.hours * 3600 / questions
            page = loaded.pages[number % len(loaded.pages)]
            asked = f"{number:>4}: how many boats does the ledger say there were on the day of the storm, and who counted them on it?"
            async for _ in provider.answer(Request(asked, domain.instructions, (page,))):
                pass
        await provider.close()

    asyncio.run(ask())
    return sum(bill.cost_usd for bill in vendor.bills)


@pytest.mark.parametrize(("questions", "kind"), [(240, "warm"), (60, "cold")])
def test_a_plan_is_within_two_percent_of_the_bill(served: Config, vendor: Vendor, questions: int, kind: str) -> None:
    plan = planned(served, questions)
    pages = len(plan.pages or ())
    assert pages > 1
    billed = ask_for_a_day(served, vendor, questions)
    assert plan.routed.cached == pytest.approx(billed, rel=0.02)
    reads = sum(bill.usage.cache_read > 0 for bill in vendor.bills)
    assert reads == (questions - pages if kind == "warm" else 0)


def test_planning_sends_nothing_unless_it_is_to_measure(served: Config, vendor: Vendor) -> None:
    estimated = planned(served, 100, measure=False)
    assert vendor.requests == []
    measured = planned(served, 100)
    assert vendor.bills == [] and {one.path.partition("?")[0] for one in vendor.requests} == {
        "/v1/models/claude-haiku-5-5",
        "/v1/messages/count_tokens",
    }
    assert [one.measured for one in (*estimated.holdings, *measured.holdings)] == [False, True]


def test_what_was_measured_once_stays_measured(served: Config) -> None:
    measured = planned(served, 100)
    assert planned(served, 100, measure=False).holdings == measured.holdings


def test_a_plan_needs_no_key_and_loads_what_is_not_loaded(folder: Path) -> None:
    settings = load_settings(folder, env={})
    plan = planned(settings, 100, measure=False)
    docs = next(holding for holding in plan.holdings if holding.shard == "docs")
    assert docs.tokens > 0 and docs.model == "claude-haiku-5-5"
    assert read_manifest(settings.pages, "docs") is not None


def test_a_plan_takes_loaded_pages_as_they_are(folder: Path) -> None:
    settings = load_settings(folder, env={})
    before = planned(settings, 100, measure=False)
    (folder / "c.md").write_text("New.\n" * 1_000)
    assert planned(settings, 100, measure=False).holdings == before.holdings


def test_shards_without_a_model_are_planned_to_cost_nothing(folder: Path) -> None:
    plan = planned(load_settings(folder, env={"IFMEM_PROVIDER": "extractive"}), 100, measure=False)
    assert plan.read == () and plan.routed.cached == 0.0


def test_a_shards_own_model_and_life_are_planned_with(folder: Path) -> None:
    (folder / "ifmem.toml").write_text('[shards.docs]\nmodel = "claude-haiku-4-5"\ncache_ttl = "1h"\n')
    plan = planned(load_settings(folder, env={}), 100, measure=False)
    docs = next(holding for holding in plan.holdings if holding.shard == "docs")
    assert (docs.model, docs.ttl) == ("claude-haiku-4-5", "1h")


def test_measuring_without_a_key_says_what_is_missing(folder: Path) -> None:
    with pytest.raises(IfmemError, match="cannot be measured") as caught:
        planned(load_settings(folder, env={}), 100)
    assert caught.value.exit_code == Exit.CREDENTIALS
    assert "ANTHROPIC_API_KEY" in caught.value.fix


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(IfmemError, match="nothing to remember"):
        planned(load_settings(tmp_path / "empty", env={}), 100, measure=False)


def test_the_budget_and_the_synthesiser_are_those_configured(folder: Path) -> None:
    settings = load_settings(folder, env={"IFMEM_BUDGET_DAY_USD": "1.5", "IFMEM_SYNTHESIS": "false"})
    plan = planned(settings, 100, measure=False)
    assert (plan.budget_day_usd, plan.synthesiser) == (1.5, "")
