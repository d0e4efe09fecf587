"""A shard's text as its home has put it on the bus: fetched, checked against its digests, and put down here like any text of a shard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ifmem.config import Config
from ifmem.core.manifest import Manifest
from ifmem.processes.kept import Loaded, open_kept, opened, with_index
from ifmem.stores.hosting import Hosting
from ifmem.stores.page_files import open_page, remove_unnamed, write_manifest, write_page
from ifmem.stores.registry import Registry
from ifmem.stores.shard_lock import writing

Progress = Callable[[str], None]


def _silently(_: str) -> None:
    """A shard that serves meanwhile has nothing to say of it."""


@dataclass(frozen=True)
class Receiver:
    """Receives the text of the shard `name`."""

    name: str
    config: Config
    hosting: Hosting
    registry: Registry

    async def is_current(self, version: str) -> bool:
        """Whether the home has put nothing else there; also if the bus does not know."""
        return await self.hosting.text_version(self.name) in ("", version)

    async def receive(self, before: Loaded | None, progress: Progress = _silently) -> Loaded | None:
        """The text of now, put down here; None while not all of it is on the bus. Raises BusLost, and IfmemError for a full disk."""
        manifest = await self.hosting.text(self.name)
        if manifest is None or not await self._fetch(manifest, before, progress):
            return None
        received = await asyncio.to_thread(self._put_down, manifest, before, progress)
        if received is None:
            await self.hosting.door.count()
        return received

    async def _fetch(self, manifest: Manifest, before: Loaded | None, progress: Progress) -> bool:
        """Have the file of every page and layer; False if one is not on the bus, or is not what its digest says."""
        known = {page.digest for page in before.view.all_pages} if before else set()
        for facts in manifest.files:
            there = facts.digest in known or open_page(self.config.pages, facts.digest, facts.tokens, verify=True)
            if not there:
                progress(f"fetching {facts.size:,} bytes of text")
                page = await self.registry.shared_page(facts.digest, facts.tokens)
                if page is None:
                    return False
                write_page(self.config.pages, page)
        return True

    def _put_down(self, manifest: Manifest, before: Loaded | None, progress: Progress) -> Loaded | None:
        """The index first, the manifest last: readers go by it. None for a manifest that does not describe what it names."""
        with writing(self.config.pages, self.name):
            try:
                loaded = opened(manifest, self.config, before=before)
                if loaded is None or loaded.view.version != manifest.version:
                    return None
                with_index(loaded, progress, before)
            except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # right digests, but no pages
                return None
            write_manifest(self.config.pages, manifest)
            remove_unnamed(self.config.pages, tuple(self.config.guests))
        return loaded


def kept_here(name: str, config: Config) -> Loaded | None:
    """What was received last, whole and undamaged, with its index."""
    kept = open_kept(name, config, verify=True)
    return with_index(kept, _silently) if kept else None
