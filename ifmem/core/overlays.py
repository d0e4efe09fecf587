"""A shard's text as it is now: frozen pages, and the layers of changes that were laid over them since. Pure.

A layer belongs to one page and holds the present text of what changed there, whole, as a small page of its own: it is mapped, indexed,
quoted and sent to other machines like any page. What a model reads of it are amendments, which follow from the layers alone: behind a
page nothing that was said before is ever said differently, so what a vendor has cached of it stays valid.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from ifmem.core.amendments import Amendment, amendment, creation, removal
from ifmem.core.documents import Document
from ifmem.core.pages import Entry, Page


class Place(NamedTuple):
    """Where a document, or a part of one, stands."""

    page: Page
    entry: Entry

    def read(self) -> Document:
        return self.page.read(self.entry)


class Layer(NamedTuple):
    """Changes to the page `home`: `page` holds what is new or changed, `gone` the paths that are no more, `moved` old and new paths."""

    home: str
    page: Page
    gone: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        said = repr((self.home, self.page.digest, self.gone, self.moved))
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def paths(self) -> list[str]:
        """What it says something new about."""
        return [*self.gone, *(old for old, _ in self.moved), *(entry.path for entry in self.page.table)]


@dataclass(frozen=True)
class View:
    """Pages and, oldest first, the layers over them."""

    pages: tuple[Page, ...]
    layers: tuple[Layer, ...] = ()

    @property
    def version(self) -> str:
        """Which text it is: equal for equal pages and layers in equal order."""
        digests = (*(page.digest for page in self.pages), *(layer.digest for layer in self.layers))
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]

    @cached_property
    def places(self) -> Mapping[str, tuple[Place, ...]]:
        """Where each document's present text stands, by path, its parts in order."""
        places = dict(self.frozen)
        for layer in self.layers:
            _lay_over(places, layer)
        return places

    @property
    def frozen(self) -> Mapping[str, tuple[Place, ...]]:
        """Where each document stands in the pages, as it was when it was frozen."""
        return _places_in(self.pages)

    def at(self, path: str) -> tuple[Document, ...]:
        """The present parts of a document; none if it is not there."""
        return tuple(place.read() for place in self.places.get(path, ()))

    @property
    def all_pages(self) -> tuple[Page, ...]:
        """Every page that present text stands in, those of the layers last."""
        layered = {layer.page.digest: layer.page for layer in self.layers if layer.page.table}
        return (*self.pages, *layered.values())

    def told_of(self, home: str) -> tuple[str, ...]:
        """The paths that the layers over one page speak of. A document that moved has an old and a new one."""
        return tuple(dict.fromkeys(path for layer in self.layers if layer.home == home for path in layer.paths))

    def changed(self, homes: Collection[str]) -> tuple[Document, ...]:
        """The present text of every document that changed since it was frozen into one of these pages, or is new behind one."""
        paths = dict.fromkeys(path for layer in self.layers if layer.home in homes for path in layer.paths)
        return tuple(document for path in paths for document in self.at(path))

    def may_move_to(self, path: str) -> bool:
        """Whether a document may be told to have moved there. A path that a page holds, if only as it was once, is that page's: what
        comes there is new, and what it was before is gone."""
        return path not in self.frozen

    def home_of(self, path: str) -> str:
        """The page that a document belongs to: the one it (or its first part) was frozen in, for a new one where it would stand.

        All layers that speak of a path have the same home, so that freezing that page anew settles what became of it."""
        if path in self.frozen:
            return self.frozen[path][0].page.digest
        if path in self._given_homes:
            return self._given_homes[path]
        keys, digests = self._order
        return digests[max(0, bisect_right(keys, order_of(path)) - 1)] if digests else ""

    def homes_of(self, pages: Collection[str]) -> set[str]:
        """The pages among these, and the homes of the layers among them."""
        layered = {layer.home for layer in self.layers if layer.page.digest in pages}
        return layered | {page.digest for page in self.pages if page.digest in pages}

    @cached_property
    def amendments(self) -> Mapping[str, tuple[Amendment, ...]]:
        """What a model reads behind each page, by the page's digest, in the order it happened."""
        found: dict[str, list[Amendment]] = {}
        places = dict(self.frozen)
        for layer in self.layers:
            before = {path: places.get(path, ()) for path in (*layer.paths, *(old for old, _ in layer.moved))}
            for one in _amendments(layer, before):
                for home in self._readers(one, layer.home):
                    found.setdefault(home, []).append(one)
            _lay_over(places, layer)
        return {home: tuple(amendments) for home, amendments in found.items()}

    def _readers(self, one: Amendment, home: str) -> set[str]:
        """The pages behind which an amendment is read: a document's parts may stand in several."""
        frozen = self.frozen.get(one.moved_from or one.path, ())
        return {home, *(place.page.digest for place in frozen)}

    @cached_property
    def _given_homes(self) -> dict[str, str]:
        return {path: layer.home for layer in self.layers for path in layer.paths}

    @cached_property
    def _order(self) -> tuple[list[tuple[str, str]], list[str]]:
        firsts = sorted((order_of(page.table[0].path), page.digest) for page in self.pages if page.table)
        return [key for key, _ in firsts], [digest for _, digest in firsts]


@lru_cache(maxsize=8)
def _places_in(pages: tuple[Page, ...]) -> Mapping[str, tuple[Place, ...]]:
    """Where documents were frozen. One view follows another over the same pages, which may hold many thousands of documents."""
    places: dict[str, list[Place]] = {}
    for page in pages:
        for entry in page.table:
            places.setdefault(entry.path, []).append(Place(page, entry))
    return {path: tuple(found) for path, found in places.items()}


def order_of(path: str) -> tuple[str, str]:
    """Where a path stands among the others when pages are cut."""
    return str(PurePosixPath(path).parent), path


def text_of(parts: Sequence[Document]) -> str:
    return "".join(part.text for part in parts)


def _lay_over(places: dict[str, tuple[Place, ...]], layer: Layer) -> None:
    for path in (*layer.gone, *(old for old, _ in layer.moved)):
        places.pop(path, None)
    fresh: dict[str, list[Place]] = {}
    for entry in layer.page.table:
        fresh.setdefault(entry.path, []).append(Place(layer.page, entry))
    places.update({path: tuple(found) for path, found in fresh.items()})


def _amendments(layer: Layer, before: Mapping[str, Sequence[Place]]) -> Iterator[Amendment]:
    came_from = {new: old for old, new in layer.moved}
    yield from map(removal, layer.gone)
    now: dict[str, list[Place]] = {}
    for entry in layer.page.table:
        now.setdefault(entry.path, []).append(Place(layer.page, entry))
    for path, places in now.items():
        text = text_of([place.read() for place in places])
        earlier = before.get(came_from.get(path, path), ())
        sha256 = places[0].entry.sha256
        if not earlier:
            yield creation(path, sha256, text)
        else:
            said = text_of([place.read() for place in earlier])
            yield amendment(path, sha256, said, text, came_from.get(path, ""))
