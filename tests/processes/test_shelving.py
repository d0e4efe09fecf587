from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.findings import Finding
from ifmem.core.keys import Keys
from ifmem.core.librarians import LIVE, Shelved
from ifmem.errors import Exit, IfmemError
from ifmem.processes import importing, loading
from ifmem.processes.shelf import items_on, load_shelf
from ifmem.processes.shelving import hand_over, plan_shelving, write
from ifmem.prompts import domains
from ifmem.stores.archive import Archive
from ifmem.stores.bus import Bus
from ifmem.stores.index import Index
from ifmem.stores.journal import Journal


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "readme.md").write_text("# Nothing of interest\n")
    return load(tmp_path, env={"IFMEM_HOME": str(tmp_path / ".ifmem")}, options={"librarians": 2})


def findings(count: int) -> Iterator[Finding]:
    for number in range(count):
        text = f"The pelican number {number} crossed."
        yield Finding(f"f_{number:04}", "q_1", "docs", found=True, text=text, created_at=float(number))


def test_the_newest_findings_stay_with_the_live_shards(config: Config) -> None:
    importing.write(list(findings(LIVE + 3)), config)
    assert [item.id for item in plan_shelving(config).placed] == ["f_0000", "f_0001", "f_0002"]


def test_nothing_is_moved_twice(config: Config) -> None:
    importing.write(list(findings(LIVE + 3)), config)
    write(plan_shelving(config).placed, config)
    assert plan_shelving(config).placed == ()
    assert items_on(1, config) == 3


def test_what_a_librarian_had_that_is_no_more_goes_to_another(config: Config) -> None:
    importing.write(list(findings(LIVE + 1)), config)
    write([Shelved("f_0000", 2, 20, 0.0)], config)
    assert [item.librarian for item in plan_shelving(replace(config, librarians=1)).placed] == [1]


def test_a_session_for_which_a_shard_had_no_room_goes_to_a_librarian(config: Config) -> None:
    history = config.home / "history"
    history.mkdir(parents=True)
    (history / "2025-11-19-agent.md").write_text("# Session\n" + "The herring spoke of the SSH error. " * 300)
    small = replace(config, shards={"history": {"capacity_tokens": 1_000}}, capacity_tokens=1_000)
    known = domains(small)
    domain = next(one for one in known if one.name == "history")
    loading.load(domain, known, small, fresh=True, progress=lambda _: None)
    (item,) = plan_shelving(small).placed
    assert item.id == ".ifmem/history/2025-11-19-agent.md"
    write([item], small)
    (page,) = load_shelf(1, small).pages
    assert "herring spoke" in page.documents[0].text


def test_a_shelf_is_pages_and_an_index_that_name_findings(config: Config) -> None:
    importing.write(list(findings(LIVE + 3)), config)
    write(plan_shelving(config).placed, config)
    shelf = load_shelf(1, config)
    assert [document.path for page in shelf.pages for document in page.documents] == ["f_0000", "f_0001", "f_0002"]
    assert Index(shelf.index_path).search({"pelican": 1.0}, limit=1)[0].path.startswith("f_")
    assert shelf.items == 3


def test_an_empty_shelf_can_be_searched(config: Config) -> None:
    shelf = load_shelf(2, config)
    assert (shelf.pages, shelf.tokens, shelf.items) == ((), 0, 0)
    assert Index(shelf.index_path).search({"pelican": 1.0}, limit=1) == []


def test_one_librarians_pages_stay_when_anothers_are_loaded(config: Config) -> None:
    importing.write(list(findings(LIVE + 2)), config)
    write([Shelved("f_0000", 1, 20, 0.0), Shelved("f_0001", 2, 20, 0.0)], config)
    first = load_shelf(1, config)
    load_shelf(2, config)
    assert load_shelf(1, config).version == first.version


def test_a_running_sets_archivist_writes_it_down(on_bus: Any, config: Config) -> None:
    item = Shelved("f_0000", 1, 20, 3.0)

    async def work(bus: Bus) -> Any:
        await hand_over([item], bus, Keys())
        return await Journal(bus, Keys()).read("0-0", wait=False)

    config.home.mkdir()
    with Archive.writing(config.archive) as archive:
        archive.record(on_bus(work))
        assert archive.shelved() == [item]


def test_without_librarians_it_says_how_to_get_some(config: Config) -> None:
    with pytest.raises(IfmemError) as caught:
        plan_shelving(replace(config, librarians=0))
    assert caught.value.exit_code == Exit.USAGE
    assert "librarians = 5" in caught.value.fix
