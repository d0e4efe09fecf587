"""The same text in other pages and layers: what lies over a page frozen into it, or what is new behind it set apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ifmem.core.documents import Document
from ifmem.core.overlays import Layer, View, order_of, text_of
from ifmem.core.pages import Page, cut_pages, page_of


def group_of(view: View, home: str) -> frozenset[str]:
    """The page with those that hold other parts of its documents: they are frozen together."""
    group, new = {home}, {home}
    while new:
        paths = {entry.path for page in view.pages if page.digest in new for entry in page.table if entry.parts > 1}
        sharing = {page.digest for page in view.pages if any(entry.path in paths for entry in page.table)}
        new = sharing - group
        group |= new
    return frozenset(group)


def compacted(view: View, group: frozenset[str], budget: int) -> View:
    """The same text with these pages cut anew, of at most `budget` tokens each; the other pages and their layers stay as they are."""
    paths = (path for path in view.places if view.home_of(path) in group)
    fresh = _cut(view, paths, budget)
    at = next(n for n, page in enumerate(view.pages) if page.digest in group)
    others = [page for page in view.pages if page.digest not in group]
    pages: list[Page] = [*others[:at], *fresh, *others[at:]]
    return View(tuple(pages), tuple(layer for layer in view.layers if layer.home not in group))


def set_apart(view: View, home: str, budget: int) -> View:
    """The same text with what is new behind the page `home` in pages of its own; what changed in the page is said in one layer."""
    held = [path for path in view.told_of(home) if path in view.frozen]
    moved = _moved_from(view, home)
    gone = tuple(path for path in held if path not in view.places and path not in moved)
    changed = [path for path in held if path in view.places and _has_changed(view, path)]
    layer = Layer(home, page_of(_whole(view, path) for path in (*changed, *moved.values())), gone, tuple(moved.items()))
    fresh = _cut(view, new_behind(view, home), budget)
    at = next(n for n, page in enumerate(view.pages, 1) if page.digest == home)
    others = tuple(one for one in view.layers if one.home != home)
    return View((*view.pages[:at], *fresh, *view.pages[at:]), (*others, layer) if layer.paths else others)


def new_behind(view: View, home: str) -> list[str]:
    """The documents behind a page that were never in it, under whatever name."""
    moved = set(_moved_from(view, home).values())
    told = (path for path in view.told_of(home) if path in view.places and path not in view.frozen)
    return [path for path in told if path not in moved]


def _moved_from(view: View, home: str) -> dict[str, str]:
    """Where documents of a page are now that have another path: by the path that they were frozen at, if nothing else is there."""
    origins: dict[str, str] = {}
    for layer in view.layers:
        if layer.home == home:
            for path in layer.gone:
                origins.pop(path, None)
            for old, new in layer.moved:
                origins[new] = origins.pop(old, old)
    moved = {origin: path for path, origin in origins.items() if origin in view.frozen and path in view.places}
    return {origin: path for origin, path in moved.items() if origin not in view.places and path not in view.frozen}


def _cut(view: View, paths: Iterable[str], budget: int) -> list[Page]:
    return cut_pages((_whole(view, path) for path in sorted(paths, key=order_of)), budget)


def _has_changed(view: View, path: str) -> bool:
    return view.places[path][0].entry.sha256 != view.frozen[path][0].entry.sha256


def _whole(view: View, path: str) -> Document:
    parts = view.at(path)
    return replace(parts[0], text=text_of(parts), first_line=1, part=1, parts=1)
