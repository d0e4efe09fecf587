from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Document
from ifmem.core.pages import page_of
from ifmem.core.search_plan import Pass, Plan
from ifmem.core.searches import WAITING, Search
from ifmem.errors import Exit, IfmemError
from ifmem.processes.new_search import new_search
from ifmem.stores.index_build import build_index

SHARDS = ("history", "docs", "code")
PLAN = Plan((Pass("scan", width=1), Pass("monitor", width=1)))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    found = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")})
    build_index(found.index / "docs.db", "v1", [page_of([Document("a.md", "A keel keeps the hull upright.\n", "1")])])
    build_index(found.index / "code.db", "v1", [page_of([Document("a.py", "def reef(sail): ...\n", "2")])])
    return found


def made(question: str, config: Config, *, uses_models: bool = False, budget_usd: float | None = None) -> Search:
    return new_search(question, PLAN, SHARDS, config, uses_models=uses_models, budget_usd=budget_usd)


@pytest.mark.parametrize(
    ("question", "first"),
    [("What keeps the hull upright?", "docs"), ("Where is reef defined?", "code"), ("?", "history")],
)
def test_the_shards_that_hold_most_of_the_question_come_first(question: str, first: str, config: Config) -> None:
    search = made(question, config)
    assert search.shards[0] == first and set(search.shards) == set(SHARDS)
    assert [one.state for one in search.passes] == [WAITING, WAITING]


def test_models_are_asked_only_within_a_budget_that_somebody_has_named(config: Config) -> None:
    with pytest.raises(IfmemError, match="nobody has said") as caught:
        made("Why?", config, uses_models=True)
    assert caught.value.exit_code is Exit.USAGE
    assert made("Why?", config, uses_models=True, budget_usd=0.0).budget_usd == 0.0
    assert made("Why?", config, budget_usd=1.0).budget_usd is None
