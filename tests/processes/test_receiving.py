"""A shard's text over the bus: what one folder publishes, another one that has no files puts together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from processes.loaded_set import load_all, make_folder
from stores.conftest import OnBus

from ifmem import prompts
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.keys import Keys
from ifmem.core.manifest import PageFacts
from ifmem.core.overlays import View, text_of
from ifmem.core.pages import Page
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.publisher import publish
from ifmem.processes.receiving import Receiver, kept_here
from ifmem.processes.refreshing import Refresher
from ifmem.stores.bus import Bus
from ifmem.stores.hosting import Hosting
from ifmem.stores.index import Index
from ifmem.stores.page_files import HEAD, page_path
from ifmem.stores.registry import Registry

KEYS = Keys("mine")


@pytest.fixture
def home(tmp_path: Path) -> Config:
    home = make_folder(tmp_path / "home")
    load_all(home)
    return home


@pytest.fixture
def away(tmp_path: Path) -> Config:
    (tmp_path / "away").mkdir()
    return replace(load(tmp_path / "away", env={}), guests={"docs": {}})


def kept(config: Config) -> Loaded:
    found = open_kept("docs", config)
    assert found is not None
    return found


def texts(loaded: Loaded) -> dict[str, str]:
    return {path: text_of(loaded.view.at(path)) for path in loaded.view.places}


def sent(on_bus: OnBus, home: Config, away: Config, before: Loaded | None, spoil: str = "") -> Loaded | None:
    """What arrives of what is kept at home; `spoil` is the digest of a page that is another one on the bus."""

    async def work(bus: Bus) -> Loaded | None:
        registry, hosting = Registry(bus, KEYS), Hosting(bus, KEYS)
        await publish(kept(home), registry, hosting)
        if spoil:
            await bus.call("SET", KEYS.page(spoil), "something else")
        return await Receiver("docs", away, hosting, registry).receive(before)

    received: Loaded | None = on_bus(work)
    return received


def rewrite(folder: Path) -> None:
    (folder / "docs" / "harbour.md").write_text("# Harbour\n\nThe pilot boards at Gull Rock.\n")


def add_and_remove(folder: Path) -> None:
    (folder / "docs" / "harbour.md").unlink()
    (folder / "docs" / "fog.md").write_text("# Fog\n\nThe horn sounds twice a minute.\n")


def rename(folder: Path) -> None:
    (folder / "docs" / "harbour.md").rename(folder / "docs" / "port.md")


@pytest.mark.parametrize("changes", [(rewrite,), (add_and_remove, rewrite), (rename, add_and_remove, rewrite)])
def test_a_folder_without_files_has_the_same_text_after_every_change(
    on_bus: OnBus, home: Config, away: Config, changes: tuple[Callable[[Path], None], ...]
) -> None:
    received = sent(on_bus, home, away, None)
    assert received is not None
    assert texts(received) == texts(kept(home))
    refresher = Refresher(prompts.domains(home), home)
    for change in changes:
        (home.folder / "docs" / "harbour.md").touch()
        change(home.folder)
        refresher.refresh()
        received = sent(on_bus, home, away, received)
        assert received is not None
        assert received.manifest.layers == kept(home).manifest.layers != ()
        assert texts(received) == texts(kept(home))
        assert searched(received.index_path) == searched(kept(home).index_path)


def test_it_is_found_again_by_whoever_comes_next(on_bus: OnBus, home: Config, away: Config) -> None:
    received = sent(on_bus, home, away, None)
    again = kept_here("docs", away)
    assert received is not None
    assert again is not None
    assert texts(again) == texts(received)
    page_path(away.pages, again.pages[0].digest).write_bytes(b"damaged")
    assert kept_here("docs", away) is None
    assert sent(on_bus, home, away, None) is not None
    assert kept_here("docs", away) is not None


def test_a_page_that_is_not_what_its_digest_says_is_refused(on_bus: OnBus, home: Config, away: Config) -> None:
    digest = kept(home).pages[0].digest
    assert sent(on_bus, home, away, None, spoil=digest) is None
    assert not page_path(away.pages, digest).exists()
    assert kept_here("docs", away) is None


def test_a_version_that_its_pages_do_not_make_is_refused(on_bus: OnBus, home: Config, away: Config) -> None:
    async def work(bus: Bus) -> Loaded | None:
        registry, hosting = Registry(bus, KEYS), Hosting(bus, KEYS)
        await publish(kept(home), registry, hosting)
        await hosting.put_text(replace(kept(home).manifest, version="another"))
        return await Receiver("docs", away, hosting, registry).receive(None)

    assert on_bus(work) is None
    assert kept_here("docs", away) is None


def test_a_page_of_the_right_digest_that_is_no_page_is_refused(on_bus: OnBus, home: Config, away: Config) -> None:
    data = HEAD + b", 1}\n"
    page = Page(hashlib.sha256(data).hexdigest(), 10, data)
    facts = PageFacts(page.digest, 10, 1, len(data))

    async def work(bus: Bus) -> tuple[Loaded | None, str | None]:
        registry, hosting = Registry(bus, KEYS), Hosting(bus, KEYS)
        await registry.share_page(page)
        text = replace(kept(home).manifest, pages=(facts,), layers=(), version=View((page,)).version)
        await hosting.put_text(text)
        received = await Receiver("docs", away, hosting, registry).receive(None)
        return received, await bus.call("HGET", KEYS.set_counts, "refused")

    assert on_bus(work) == (None, "1")
    assert kept_here("docs", away) is None


def test_what_was_not_loaded_is_not_told_to_others(on_bus: OnBus, home: Config, away: Config) -> None:
    (home.folder / "docs" / "picture.md").write_bytes(b"\0\1\2" * 100)
    Refresher(prompts.domains(home), home).refresh()
    assert [one.path for one in kept(home).manifest.left_out] == ["docs/picture.md"]
    received = sent(on_bus, home, away, None)
    assert received is not None
    assert (received.manifest.left_out, received.manifest.passed) == ((), ())


def searched(path: Path) -> dict[str, int]:
    """How often words of the folder stand in the index."""
    index = Index(path)
    try:
        return index.frequencies(["pilot", "horn", "gull", "lighthouse", "herring", "harbour"])
    finally:
        index.close()
