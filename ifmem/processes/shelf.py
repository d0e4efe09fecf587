"""What a librarian reads: the findings and sessions in its care as pages and an index, made from the archive when they have changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ifmem.config import Config
from ifmem.core.documents import Document
from ifmem.core.librarians import as_document, names
from ifmem.core.pages import Page, cut_pages
from ifmem.core.stocktaking import manifest_of, version_of
from ifmem.corpus.present import present
from ifmem.stores.archive import Archive
from ifmem.stores.index import build_index, index_version
from ifmem.stores.page_files import remove_unnamed, write_manifest, write_page

FOLDER = "librarians"  # pages here are no shard's, and no shard removes them


@dataclass(frozen=True)
class Shelf:
    """The pages of one librarian (mapped files), their index and their version. `items` counts what it has in its care."""

    pages: tuple[Page, ...]
    index_path: Path
    version: str
    items: int

    @property
    def tokens(self) -> int:
        return sum(page.tokens for page in self.pages)


def load_shelf(number: int, config: Config) -> Shelf:
    """Raises IfmemError if the archive cannot be read or the state cannot be written."""
    name = names(number)[-1]
    with Archive.reading(config.archive) as archive:
        documents = list(_documents(archive, number, config)) if archive else []
        items = len(archive.shelved(number)) if archive else 0
    folder, index_path = config.home / FOLDER, config.index / f"{name}.db"
    pages = tuple(write_page(folder, page) for page in cut_pages(documents, config.page_tokens))
    version = version_of(page.digest for page in pages)
    if index_version(index_path) != version:
        index_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        build_index(index_path, version, pages)
    write_manifest(folder, manifest_of(name, version, documents, pages, (), made_at=time.time()))
    remove_unnamed(folder, names(config.librarians))
    return Shelf(pages, index_path, version, items)


def items_on(number: int, config: Config) -> int:
    """How much a librarian has in its care now."""
    with Archive.reading(config.archive) as archive:
        return len(archive.shelved(number)) if archive else 0


def _documents(archive: Archive, number: int, config: Config) -> Iterator[Document]:
    """Findings come from the archive, sessions from where they were put down; a session that was removed is gone."""
    for item in archive.shelved(number):
        if finding := archive.finding(item.id):
            yield as_document(finding)
        elif session := present(item.id, config):
            yield session
