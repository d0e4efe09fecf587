"""How a shard gets its context: from where it was put, or, when something changed, from the sources again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.core.stocktaking import manifest_of
from ifmem.corpus.collect import collect
from ifmem.corpus.survey import Survey, survey
from ifmem.processes.amending import amended, may_be_amended
from ifmem.processes.kept import Loaded, index_path, open_kept, with_index
from ifmem.processes.page_sizes import Known, Sizing, billed, cut_to_size, sizing_of
from ifmem.processes.recalling import recalled
from ifmem.processes.secrecy import as_read
from ifmem.stores.page_files import remove_unnamed, write_manifest, write_page
from ifmem.stores.shard_lock import writing

__all__ = ["Loaded", "count", "load"]


def load(
    domain: Domain,
    domains: Sequence[Domain],
    config: Config,
    *,
    fresh: bool,
    progress: Callable[[str], None],
    sizing: Sizing | None = None,
) -> Loaded:
    """The domain's context. A restarted shard (`fresh` false) reads no source; a first start looks whether anything changed.

    `sizing` says how large pages may be, and counts them if it can; without it they are as large as their estimates allow.
    Raises IfmemError if the state cannot be written.
    """
    with writing(config.pages, domain.name):
        kept = open_kept(domain.name, config, verify=fresh)
        if kept and not fresh:
            return with_index(kept, progress)
        return _look_again(kept, domain, domains, config, progress, sizing or sizing_of(domain, config))


def _look_again(
    kept: Loaded | None,
    domain: Domain,
    domains: Sequence[Domain],
    config: Config,
    progress: Callable[[str], None],
    sizing: Sizing,
) -> Loaded:
    """What is kept, if nothing changed; else with the changes laid over it, or, if it was made in another way, made anew."""
    progress("looking for changes" if kept else "listing files")
    read_by = replace(as_read(config, domains), page_tokens=sizing.budget)
    found = survey(domain, domains, read_by, recalled(domain, config))
    known = _known_sizes(domain, config, sizing, kept)
    if kept and kept.manifest.fingerprint == found.fingerprint:
        kept = _counted(kept, config, sizing, known)
        if sizing.fits(kept.pages) or not kept.manifest.counted_by:
            return with_index(kept, progress)
    if kept and may_be_amended(kept, found, sizing.budget) and sizing.fits(kept.pages):
        loaded = amended(kept, found, slow=True)
    else:
        loaded = _load_sources(found, sizing, known, progress)
    remove_unnamed(config.pages, [one.name for one in domains])
    return loaded


def _known_sizes(domain: Domain, config: Config, sizing: Sizing, kept: Loaded | None) -> Known:
    """What the vendor counted or billed pages at before."""
    if sizing.count is None:
        return {}
    same = kept is not None and kept.manifest.counted_by == sizing.model
    counted = {page.digest: page.tokens for page in kept.manifest.pages} if kept and same else {}
    return {**counted, **billed(domain, config, sizing.model)}


def count(domain: Domain, config: Config, loaded: Loaded, sizing: Sizing) -> Loaded:
    """What is loaded, with the sizes of its pages as the vendor counts them, which are kept for later; as it was, if nobody counts."""
    return _counted(loaded, config, sizing, _known_sizes(domain, config, sizing, loaded))


def _counted(loaded: Loaded, config: Config, sizing: Sizing, known: Known) -> Loaded:
    pages = sizing.measured(loaded.pages, known)
    if pages is None:
        return loaded
    facts = tuple(facts._replace(tokens=page.tokens) for facts, page in zip(loaded.manifest.pages, pages, strict=True))
    manifest = replace(loaded.manifest, pages=facts, counted_by=sizing.model)
    if manifest != loaded.manifest:
        write_manifest(config.pages, manifest)
    return replace(loaded, manifest=manifest, pages=tuple(pages))


def _load_sources(found: Survey, sizing: Sizing, known: Known, progress: Callable[[str], None]) -> Loaded:
    """Read, cut, write and index. The manifest comes last: it names only what is there."""
    domain, config = found.domain, found.config
    progress(f"reading {len(found.files) + len(found.kept):,} files")
    collection = collect(found)
    progress(f"cutting pages from {len(collection.documents):,} documents")
    cut, counted = cut_to_size(collection.documents, sizing, known)
    pages = [write_page(config.pages, page) for page in cut]
    manifest = manifest_of(
        domain.name,
        found.fingerprint,
        collection.documents,
        pages,
        collection.left_out,
        made_at=time.time(),
        counted_by=sizing.model if counted else "",
        stamps=found.stamps,
        shape=found.shape,
        budget=sizing.budget,
        head=found.head,
    )
    loaded = with_index(Loaded(manifest, tuple(pages), index_path(domain.name, config)), progress)
    write_manifest(config.pages, manifest)
    return loaded
