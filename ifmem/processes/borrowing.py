"""What a worker borrows: the pages that its parent shard names on the bus, mapped from where the parent has put them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ifmem.config import Config
from ifmem.core.overlays import Layer
from ifmem.core.pages import Page
from ifmem.errors import IfmemError
from ifmem.processes.kept import Loaded, open_kept
from ifmem.stores.page_files import open_page
from ifmem.stores.registry import Registry
from ifmem.stores.tasks import Tasks


async def borrow(shard: str, config: Config, tasks: Tasks, registry: Registry) -> Loaded:
    """The parent's context: the very pages, in the very order, that it sends to its model. Raises IfmemError if there is none."""
    kept = open_kept(shard, config)
    if kept is None:
        raise IfmemError(
            f"{shard} has no text to borrow.",
            why="it has not been loaded yet, or a page of it is missing",
            fix=f"ifmem status    then: ifmem restart {shard}",
        )
    context = await tasks.parent_context(shard)
    if context is None or context["version"] == kept.manifest.version:
        return kept
    # While the parent loads anew: what it still holds.
    pages = [await _page(config, registry, facts) for facts in context["pages"]]
    layers = [(facts, await _page(config, registry, facts)) for facts in context["layers"]]
    laid = [_layer(facts, page) for facts, page in layers if page]
    held = tuple(page for page in pages if page)
    if len(held) < len(pages) or len(laid) < len(layers):
        return kept
    return replace(kept, pages=held, layers=tuple(laid))


def _layer(facts: Mapping[str, Any], page: Page) -> Layer:
    return Layer(facts["home"], page, tuple(facts["gone"]), tuple((old, new) for old, new in facts["moved"]))


async def _page(config: Config, registry: Registry, facts: Mapping[str, Any]) -> Page | None:
    digest, tokens = facts["digest"], facts["tokens"]
    return open_page(config.pages, digest, tokens) or await registry.shared_page(digest, tokens)
