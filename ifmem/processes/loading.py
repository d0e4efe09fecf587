"""How a shard gets its context: from where it was put, or, when something changed, from the sources again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.core.manifest import Manifest, manifest_of
from ifmem.core.pages import Page, cut_pages
from ifmem.corpus.collect import collect
from ifmem.corpus.survey import Survey, survey
from ifmem.stores.index import build_index, index_version
from ifmem.stores.page_files import open_page, read_manifest, remove_unnamed, write_manifest, write_page


@dataclass(frozen=True)
class Loaded:
    """A shard's context: the account, the pages (mapped files) and the passage index that goes with them."""

    manifest: Manifest
    pages: tuple[Page, ...]
    index_path: Path


def load(
    domain: Domain, domains: Sequence[Domain], config: Config, *, fresh: bool, progress: Callable[[str], None]
) -> Loaded:
    """The domain's context. A restarted shard (`fresh` false) reads no source; a first start looks whether anything changed.

    Raises IfmemError if the state cannot be written.
    """
    kept = _open_kept(domain, config, verify=fresh)
    if kept and not fresh:
        return _with_index(kept, progress)
    progress("looking for changes" if kept else "listing files")
    found = survey(domain, domains, config)
    if kept and kept.manifest.fingerprint == found.fingerprint:
        return _with_index(kept, progress)
    loaded = _load_sources(found, progress)
    remove_unnamed(config.pages, [one.name for one in domains])
    return loaded


def _open_kept(domain: Domain, config: Config, *, verify: bool) -> Loaded | None:
    """What an earlier process has put down; None if any of it is missing or damaged."""
    manifest = read_manifest(config.pages, domain.name)
    if manifest is None:
        return None
    pages = []
    for facts in manifest.pages:
        page = open_page(config.pages, facts.digest, facts.tokens, size=facts.size, verify=verify)
        if page is None:
            return None
        pages.append(page)
    return Loaded(manifest, tuple(pages), _index_path(domain, config))


def _load_sources(found: Survey, progress: Callable[[str], None]) -> Loaded:
    """Read, cut, write and index. The manifest comes last: it names only what is there."""
    domain, config = found.domain, found.config
    progress(f"reading {len(found.files) + len(found.notes):,} files")
    collection = collect(found)
    progress(f"cutting pages from {len(collection.documents):,} documents")
    pages = [write_page(config.pages, page) for page in cut_pages(collection.documents, config.page_tokens)]
    manifest = manifest_of(
        domain.name, found.fingerprint, collection.documents, pages, collection.left_out, made_at=time.time()
    )
    loaded = _with_index(Loaded(manifest, tuple(pages), _index_path(domain, config)), progress)
    write_manifest(config.pages, manifest)
    return loaded


def _with_index(loaded: Loaded, progress: Callable[[str], None]) -> Loaded:
    """Build the index unless the one there is of this very version."""
    if index_version(loaded.index_path) != loaded.manifest.version:
        progress(f"indexing {loaded.manifest.tokens:,} tokens")
        loaded.index_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        build_index(loaded.index_path, loaded.manifest.version, loaded.pages)
    return loaded


def _index_path(domain: Domain, config: Config) -> Path:
    return config.index / f"{domain.name}.db"
