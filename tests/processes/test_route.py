from __future__ import annotations

from pathlib import Path

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.documents import Document
from ifmem.core.pages import Page, page_of
from ifmem.processes.route import PAGES, Router
from ifmem.stores.index_build import build_index

TIDES = "The tide follows the moon.\n"
KEELS = "A keel keeps the hull upright.\n"
SAILS = "The sail takes the wind.\n"


def page(name: str, text: str) -> Page:
    return page_of([Document(f"{name}.md", text, name)])


@pytest.fixture
def router(tmp_path: Path) -> Router:
    config: Config = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")})
    build_index(config.index / "docs.db", "v1", [page("tides", TIDES), page("keels", KEELS), page("sails", SAILS)])
    build_index(config.index / "code.db", "v2", [page("winds", "wind = 3\n")])
    return Router(config, ["docs", "code", "history"])


def test_the_shard_with_the_best_passage_scores_most(router: Router) -> None:
    scores = router.route("What does the tide follow?").scores
    assert scores["docs"] > scores["code"] == 0.0


def test_a_shard_without_an_index_is_not_scored(router: Router) -> None:
    assert "history" not in router.route("tide").scores


def test_only_the_shards_named_are_scored(router: Router) -> None:
    assert router.route("What takes the wind?", ["code"]).scores.keys() == {"code"}


def test_pages_are_the_ones_that_hold_the_evidence(router: Router) -> None:
    pages = router.route("What keeps the hull upright?").pages
    assert pages == {"docs": (page("keels", KEELS).digest,), "code": ()}


def test_each_part_of_a_compound_question_has_its_pages(router: Router) -> None:
    route = router.route("What keeps the hull upright and what takes the wind?")
    assert set(route.pages["docs"]) == {page("keels", KEELS).digest, page("sails", SAILS).digest}


def test_each_part_of_a_compound_question_has_the_level_of_its_best_shard(router: Router) -> None:
    hull, wind = router.route("What keeps the hull upright and what takes the wind?").levels
    assert min(hull, wind) > 0.0
    assert len(router.route("What takes the wind?").levels) == 1
    assert router.route("What keeps the hull upright and who painted the zeppelin?").levels[1] == 0.0


def test_pages_are_few(tmp_path: Path) -> None:
    config = load(tmp_path, env={"IFMEM_HOME": str(tmp_path / "home")})
    build_index(config.index / "docs.db", "v1", [page(f"tide{n}", f"{TIDES}{n}\n") for n in range(PAGES + 2)])
    assert len(Router(config, ["docs"]).route("What does the tide follow?").pages["docs"]) == PAGES


def test_a_question_that_matches_nothing_has_no_pages_and_no_scores(router: Router) -> None:
    route = router.route("zeppelin?")
    assert set(route.scores.values()) == {0.0}
    assert set(route.pages.values()) == {()}
