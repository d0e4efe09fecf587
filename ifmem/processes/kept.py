"""A shard's text as it was put down: the manifest, its pages and layers as mapped files, and the index that goes with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ifmem.config import Config
from ifmem.core.manifest import LayerFacts, Manifest, PageFacts
from ifmem.core.overlays import Layer, View
from ifmem.core.pages import Page
from ifmem.stores.index import build_index, index_version
from ifmem.stores.index_update import update_index
from ifmem.stores.page_files import open_page, read_manifest


@dataclass(frozen=True)
class Loaded:
    """A shard's context: the account, the frozen pages, the layers over them (all mapped files) and the passage index."""

    manifest: Manifest
    pages: tuple[Page, ...]
    index_path: Path
    layers: tuple[Layer, ...] = ()

    @cached_property
    def view(self) -> View:
        return View(self.pages, self.layers)


def open_kept(name: str, config: Config, *, verify: bool = False, before: Loaded | None = None) -> Loaded | None:
    """What was put down last of the shard `name`; None if any of it is missing or damaged. Pages that are open already, in what was put
    down `before`, are not opened again."""
    manifest = read_manifest(config.pages, name)
    return opened(manifest, config, verify=verify, before=before) if manifest else None


def opened(manifest: Manifest, config: Config, *, verify: bool = False, before: Loaded | None = None) -> Loaded | None:
    """What a manifest names, from its files; None if any of them is missing or damaged."""
    known = {page.digest: page for page in before.view.all_pages} if before else {}

    def opened_page(facts: PageFacts | LayerFacts) -> Page | None:
        page = known.get(facts.digest)
        if page is not None and page.tokens == facts.tokens:
            return page
        return open_page(config.pages, facts.digest, facts.tokens, size=facts.size, verify=verify)

    pages = [opened_page(facts) for facts in manifest.pages]
    layers = [(facts, opened_page(facts)) for facts in manifest.layers]
    frozen = tuple(page for page in pages if page)
    laid = tuple(Layer(facts.home, page, facts.gone, facts.moved) for facts, page in layers if page)
    if len(frozen) < len(pages) or len(laid) < len(layers):
        return None
    return Loaded(manifest, frozen, index_path(manifest.shard, config), laid)


def with_index(loaded: Loaded, progress: Callable[[str], None], before: Loaded | None = None) -> Loaded:
    """Build the index unless the one there is of this very version. One of what was loaded `before`, over the same pages, only gets
    what was laid over them since."""
    path, version = loaded.index_path, loaded.manifest.version
    if (present := index_version(path)) != version:
        same = before is not None and present == before.manifest.version and _goes_on(before, loaded)
        done = len(before.layers) if before and same else 0
        if not same:
            progress(f"indexing {loaded.manifest.tokens:,} tokens")
            build_index(path, "" if loaded.layers else version, loaded.pages)
        held = [page.digest for page in loaded.view.all_pages]
        for number, layer in enumerate(loaded.layers[done:], done + 1):
            last = number == len(loaded.layers)
            pages = [layer.page] if layer.page.table else []
            update_index(path, version if last else "", without=layer.paths, pages=pages, held=held)
    return loaded


def _goes_on(before: Loaded, loaded: Loaded) -> bool:
    """Whether layers were added and nothing else has changed."""
    layers, count = loaded.manifest.layers, len(before.manifest.layers)
    return before.manifest.pages == loaded.manifest.pages and before.manifest.layers == layers[:count] != layers


def index_path(name: str, config: Config) -> Path:
    return config.index / f"{name}.db"
