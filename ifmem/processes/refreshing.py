"""Keeps what is kept of every shard as its sources are. One look at the folder serves all of them; only what differs is read.

Nothing here asks a model or answers anyone: shards take over what was put down when they are next asked, or a moment later.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ifmem.config import Config
from ifmem.core.compaction import FREEZE, SET_APART, burden_of, step_due
from ifmem.core.documents import Document
from ifmem.core.domains import Domain
from ifmem.core.overlays import View
from ifmem.core.page_size import Room
from ifmem.core.rearranging import compacted, group_of, set_apart
from ifmem.corpus.claims import Choosers
from ifmem.corpus.glimpse import glimpse_of
from ifmem.corpus.survey import Look, look_around, survey
from ifmem.corpus.watching import is_gone, mounts_below
from ifmem.processes.amending import amended, may_be_amended, rearranged
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.loaded_text import stamp_of
from ifmem.processes.loading import load
from ifmem.processes.page_sizes import sizing_of
from ifmem.processes.recalling import recalled
from ifmem.processes.secrecy import as_read
from ifmem.stores.page_files import remove_unnamed
from ifmem.stores.shard_lock import writing

RECALLED_EVERY_S = 10.0
log = logging.getLogger("ifmem")


@dataclass(frozen=True)
class Refreshed:
    """What one look brought: `look`, if it was one at the whole folder, the shards whose text is another now, those that have loaded
    nothing yet, and what cannot be seen."""

    look: Look | None
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


class Refresher:
    """Knows the devices that the folder and what is mounted below it are on, so that a mount that is gone is no deletion."""

    def __init__(self, domains: Sequence[Domain], config: Config) -> None:
        self._domains, self._config = domains, config
        self._device = config.folder.stat().st_dev
        self._mounts: dict[str, int] = {}
        self._choosers = Choosers(domains)
        self._look: Look | None = None
        self._recalled: dict[str, tuple[float, tuple[Document, ...]]] = {}
        self._kept: dict[str, tuple[tuple[int, int], Loaded]] = {}

    def refresh(
        self, slow: Collection[str] = (), touched: Collection[str] | None = None, *, archived: bool = False
    ) -> Refreshed:
        """Bring everything up to date; in the shards named `slow` also what is not read at every change. May take seconds.

        `touched` are the paths of all that can have changed since the last time; if that is known, only these are looked at. `archived`:
        there is something new in the archive."""
        if is_gone(self._config.folder, self._device):
            return Refreshed(None, unseen=("./",))
        if archived:
            self._recalled.clear()
        glimpse = (
            glimpse_of(self._look, touched, self._domains, self._config, recalled=archived)
            if self._look and touched is not None and not slow
            else None
        )
        look = self._look = glimpse.look if glimpse else look_around(self._domains, self._config, self._choosers)
        unseen = tuple(place for place, device in self._mounts.items() if is_gone(self._config.folder / place, device))
        self._mounts |= mounts_below(look, self._config)
        changed, waiting = [], []
        for domain in glimpse.domains if glimpse else self._domains:
            outcome = self._refresh(domain, look, domain.name in slow, unseen)
            if outcome is None:
                waiting.append(domain.name)
            elif outcome:
                changed.append(domain.name)
        return Refreshed(None if glimpse else look, tuple(changed), tuple(waiting), unseen)

    def compact(self, idle: Collection[str], cached: Collection[str]) -> list[str]:
        """Freeze pages anew where it is due, of the shards that nobody waits for; `cached` are those with pages in a vendor's cache."""
        if is_gone(self._config.folder, self._device):
            return []  # nothing may be written where a file system is missing
        frozen = [name for name in idle if self._compact(name, cached=name in cached)]
        if frozen:
            remove_unnamed(self._config.pages, [domain.name for domain in self._domains])
        return frozen

    def _refresh(self, domain: Domain, look: Look, slow: bool, unseen: Collection[str]) -> bool | None:
        """Whether its text has changed; None if it has not been loaded yet: its shard will do that, or is just doing it."""
        with writing(self._config.pages, domain.name):
            kept = self._open(domain.name)
            if kept is None:
                return None
            config = replace(as_read(self._config, self._domains), page_tokens=kept.manifest.budget)
            found = survey(domain, self._domains, config, self._recall(domain), look=look, slow=slow)
            if may_be_amended(kept, found, kept.manifest.budget):
                loaded = amended(kept, found, slow=slow, unseen=unseen)
                self._note(domain.name, loaded)
                return loaded.manifest.version != kept.manifest.version
        sizing = sizing_of(domain, self._config)
        made = load(domain, self._domains, self._config, fresh=True, progress=lambda _: None, sizing=sizing)
        return made.manifest.version != kept.manifest.version

    def _recall(self, domain: Domain) -> tuple[Document, ...]:
        """What the archive says, asked for now and then: it changes with every answer, and reading it takes a while."""
        at, documents = self._recalled.get(domain.name, (-RECALLED_EVERY_S, ()))
        if time.monotonic() - at >= RECALLED_EVERY_S:
            documents = recalled(domain, self._config)
            self._recalled[domain.name] = time.monotonic(), documents
        return documents

    def _compact(self, name: str, *, cached: bool) -> bool:
        domain = next(one for one in self._domains if one.name == name)
        limit = sizing_of(domain, self._config).limit
        most = None if limit is None else limit + Room.overlay
        with writing(self._config.pages, name):
            kept = self._open(name)
            view = _tidied(kept, cached=cached, most=most) if kept else None
            if kept and view:
                self._note(name, rearranged(kept, view, self._config))
        return view is not None

    def _open(self, name: str) -> Loaded | None:
        """What is kept, read again only if somebody else has put something down."""
        stamp = stamp_of(self._config.pages / f"{name}.json")
        known = self._kept.get(name)
        if known and known[0] == stamp:
            return known[1]
        kept = open_kept(name, self._config, before=known[1] if known else None)
        if kept and stamp:
            self._kept[name] = (stamp, kept)
        return kept

    def _note(self, name: str, loaded: Loaded) -> None:
        if stamp := stamp_of(self._config.pages / f"{name}.json"):
            self._kept[name] = (stamp, loaded)


def _tidied(kept: Loaded, *, cached: bool, most: int | None) -> View | None:
    """The same text, after what is due at the first page that something is due at."""
    view, budget = kept.view, kept.manifest.budget
    for page in kept.pages:
        step = step_due(burden_of(view, page.digest, page.tokens), budget, cached=cached, most=most)
        if step == SET_APART:
            log.info("%s: what is new behind a page is set apart", kept.manifest.shard)
            return set_apart(view, page.digest, budget)
        if step == FREEZE:
            log.info("%s: a page is frozen anew, with what changed in it", kept.manifest.shard)
            return compacted(view, group_of(view, page.digest), budget)
    return None
