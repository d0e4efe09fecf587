"""A look at a few paths in place of the whole folder: what a save takes. Where that could miss something there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ifmem.config import Config
from ifmem.core.domains import Domain
from ifmem.corpus.claims import asks_for
from ifmem.corpus.listing import list_again
from ifmem.corpus.survey import KEPT, Look

MOST = 200  # paths: with more, the whole folder is looked at as quickly
IGNORE_FILE = ".gitignore"  # changes what other paths are


@dataclass(frozen=True)
class Glimpse:
    """A look that differs from the one before in some files only, and the domains that can have changed with them."""

    look: Look
    domains: tuple[Domain, ...]


def glimpse_of(
    before: Look, paths: Collection[str], domains: Sequence[Domain], config: Config, *, recalled: bool = False
) -> Glimpse | None:
    """What the folder is now, if these (absolute) paths are all that can have changed; None if that does not tell: something came or
    went, or git has moved. `recalled`: what the archive says can have changed, too."""
    if len(paths) > MOST:
        return None
    kept = tuple(f"{config.home / folder}/" for folder in KEPT.values())
    top = f"{config.folder}/"
    files = list(before.listing.files)
    touched = set[str]()
    for path in paths:
        if path.startswith(kept):
            continue
        relative = path.removeprefix(top)
        listed = list_again(config.folder, relative)
        if relative in before.places and listed is not None and not relative.endswith(IGNORE_FILE):
            files[before.places[relative]] = listed
            touched.add(relative)
        elif relative in before.places or (config.folder / relative).exists() or not path.startswith(top):
            return None
    look = replace(before, listing=replace(before.listing, files=tuple(files)))
    of_state = any(path.startswith(kept) for path in paths)
    changed = tuple(
        one
        for one in domains
        if (recalled and asks_for(one, "findings")) or _may_change(one, touched, before, of_state=of_state)
    )
    return Glimpse(look, changed)


def _may_change(domain: Domain, touched: Collection[str], look: Look, *, of_state: bool) -> bool:
    if asks_for(domain, "git-diff") or (of_state and asks_for(domain, *KEPT)):
        return True
    if asks_for(domain, "git-untracked") and not look.untracked.isdisjoint(touched):
        return True
    return any(look.choosers.of(path) == domain.name for path in touched)
