"""Bringing what is kept of a shard up to date: what changed is laid over its pages, which stay; now and then a page is frozen anew.

Page files come first, then the index in one transaction, the manifest last: it is what readers go by, and it names only what is there.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.manifest import Held, LayerFacts, Manifest, PageFacts
from ifmem.core.overlays import Layer, View
from ifmem.core.pages import page_of
from ifmem.core.stocktaking import held
from ifmem.corpus.changes import Changes, find_changes
from ifmem.corpus.survey import Survey
from ifmem.processes.kept import Loaded, with_index
from ifmem.stores.index_update import update_index
from ifmem.stores.page_files import write_manifest, write_page


def may_be_amended(kept: Loaded, found: Survey, budget: int) -> bool:
    """Whether what is kept was chosen and cut as it would be now; there is no page to lay anything over in an empty shard."""
    return bool(kept.pages) and kept.manifest.shape == found.shape and kept.manifest.budget == budget


def amended(kept: Loaded, found: Survey, *, slow: bool, unseen: Collection[str] = ()) -> Loaded:
    """What is kept, brought up to date with its sources; itself if nothing changed. See `find_changes` for `slow` and `unseen`."""
    changes = find_changes(found, kept.manifest, slow=slow, unseen=unseen)
    layers = tuple(_layers(kept.view, changes)) if changes else ()
    view = View(kept.pages, (*kept.layers, *layers))
    manifest = replace(
        kept.manifest,
        version=view.version,
        fingerprint=found.fingerprint if slow and not unseen else "",
        entries=tuple(_entries(kept, view, changes)),
        layers=(*kept.manifest.layers, *map(_layer_facts, layers)),
        left_out=changes.left_out,
        head=found.head,
        passed=changes.passed,
    )
    if manifest == kept.manifest:
        return kept
    manifest = replace(manifest, made_at=time.time())
    without = [path for layer in layers for path in layer.paths]
    return _put_down(kept, manifest, view, found.config, without, [layer.page.digest for layer in layers])


def rearranged(kept: Loaded, view: View, config: Config) -> Loaded:
    """What is kept, the same text in the pages and layers of this view."""
    laid = {layer.digest: facts for layer, facts in zip(kept.layers, kept.manifest.layers, strict=True)}
    new = {page.digest for page in view.pages} - {page.digest for page in kept.pages}
    new |= {layer.page.digest for layer in view.layers if layer.digest not in laid}
    tokens = {facts.digest: facts.tokens for facts in kept.manifest.pages}
    numbers = {page.digest: number for number, page in enumerate(view.pages)}
    placed = {path: [numbers[view.home_of(path)]] for path in view.places}
    placed |= {
        path: [numbers[one.page.digest] for one in found] for path, found in view.places.items() if len(found) > 1
    }
    manifest = replace(
        kept.manifest,
        version=view.version,
        entries=tuple(
            one._replace(parts=len(placed[one.path]), pages=tuple(placed[one.path])) for one in kept.manifest.entries
        ),
        pages=tuple(
            PageFacts(page.digest, tokens.get(page.digest, page.tokens), len(page.table), len(page.data))
            for page in view.pages
        ),
        layers=tuple(laid.get(layer.digest) or _layer_facts(layer) for layer in view.layers),
    )
    without = [path for path, found in view.places.items() if found[0].page.digest in new]
    return _put_down(kept, manifest, view, config, without, new)


def _put_down(
    kept: Loaded, manifest: Manifest, view: View, config: Config, without: Sequence[str], new: Collection[str]
) -> Loaded:
    """Write what is new, change the index, then let everyone see it."""
    everything = (*view.pages, *(layer.page for layer in view.layers))
    pages = {page.digest: write_page(config.pages, page) for page in everything if page.digest in new}
    if manifest.version != kept.manifest.version:
        with_index(kept, lambda _: None)  # only then do the changes fit
        held = [page.digest for page in view.all_pages]
        added = [page for page in pages.values() if page.table]
        update_index(kept.index_path, manifest.version, without=without, pages=added, held=held)
    write_manifest(config.pages, manifest)
    layers = tuple(layer._replace(page=pages.get(layer.page.digest, layer.page)) for layer in view.layers)
    return Loaded(manifest, tuple(pages.get(page.digest, page) for page in view.pages), kept.index_path, layers)


def _layers(view: View, changes: Changes) -> Iterable[Layer]:
    """The changes as one layer for each page that they belong to."""
    moved = [(old, new) for old, new in changes.moved if view.may_move_to(new)]
    gone = [*changes.gone, *(old for old, new in changes.moved if (old, new) not in moved)]
    came_from = {new: old for old, new in moved}
    homes: dict[str, tuple[list[Document], list[str], list[tuple[str, str]]]] = {}

    def of(path: str) -> tuple[list[Document], list[str], list[tuple[str, str]]]:
        return homes.setdefault(view.home_of(path), ([], [], []))

    for document in changes.documents:
        of(came_from.get(document.path, document.path))[0].append(document)
    for path in gone:
        of(path)[1].append(path)
    for old, new in moved:
        of(old)[2].append((old, new))
    for home, (documents, left, renamed) in homes.items():
        yield Layer(home, page_of(documents), tuple(left), tuple(renamed))


def _entries(kept: Loaded, view: View, changes: Changes) -> list[Held]:
    """The account of every document that is there now, by path."""
    entries = {entry.path: entry for entry in kept.manifest.entries}
    for path in (*changes.gone, *(old for old, _ in changes.moved)):
        del entries[path]
    numbers = {page.digest: number for number, page in enumerate(view.pages)}
    for document in changes.documents:
        entries[document.path] = held(document, (numbers[view.home_of(document.path)],))
    blank: tuple[int, tuple[int, ...]] = (0, ())
    for path, entry in entries.items():
        facts = changes.stamps.get(path, blank)
        if (entry.size, entry.stamp) != facts:
            entries[path] = entry._replace(size=facts[0], stamp=facts[1])
    return sorted(entries.values(), key=lambda entry: entry.path)


def _layer_facts(layer: Layer) -> LayerFacts:
    page = layer.page
    return LayerFacts(layer.home, page.digest, page.tokens, len(page.table), len(page.data), layer.gone, layer.moved)
