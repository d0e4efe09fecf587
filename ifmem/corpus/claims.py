"""Which shard a file belongs to: exactly one, or none.

What git does not track goes to the shard that asks for it; then the `files` sources choose, in the order of the shards' numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ifmem.core.domains import Domain, Source
from ifmem.core.manifest import LeftOut
from ifmem.corpus.globs import Globs
from ifmem.corpus.listing import Listed


@dataclass(frozen=True)
class Claims:
    """A shard's files, and those that no shard takes, with the reason."""

    mine: tuple[Listed, ...]
    unclaimed: tuple[LeftOut, ...]


class Choosers:
    """The `files` sources of all domains. Who takes a path is found out once: it depends on nothing but the path."""

    def __init__(self, domains: Sequence[Domain]) -> None:
        self._wanted = [
            _Wanted(one.name, source) for one in domains for source in one.sources if source.kind == "files"
        ]
        self._known: dict[str, str | LeftOut] = {}

    def of(self, path: str) -> str | LeftOut:
        """The shard that takes the path, or why none does."""
        if path not in self._known:
            chooser = next((one.shard for one in self._wanted if one.takes(path)), None)
            self._known[path] = chooser or LeftOut(path, _why_unclaimed(path, self._wanted))
        return self._known[path]


def divide(
    files: Iterable[Listed],
    domain: Domain,
    domains: Sequence[Domain],
    untracked: Collection[str] = frozenset(),
    choosers: Choosers | None = None,
) -> Claims:
    """What of `files` is `domain`'s and what is nobody's; the same in every process that looks at the same files."""
    collector = next((one.name for one in domains if asks_for(one, "git-untracked")), None)
    choosers = choosers or Choosers(domains)
    mine, unclaimed = [], []
    for listed in files:
        owner = collector if collector and listed.path in untracked else choosers.of(listed.path)
        if owner == domain.name:
            mine.append(listed)
        elif isinstance(owner, LeftOut):
            unclaimed.append(owner)
    return Claims(tuple(mine), tuple(unclaimed))


def asks_for(domain: Domain, *kinds: str) -> bool:
    return any(source.kind in kinds for source in domain.sources)


def lists_unclaimed(domain: Domain, domains: Sequence[Domain]) -> bool:
    """Whether this is the one shard that answers for the files nobody takes: the first with the tree, else with files, else the first."""
    for kind in ("tree", "files"):
        first = next((one.name for one in domains if asks_for(one, kind)), None)
        if first is not None:
            return first == domain.name
    return bool(domains) and domains[0].name == domain.name


class _Wanted:
    """A `files` source's globs. One without a capital letter matches any case: `*.md` is meant to take README.MD as well."""

    def __init__(self, shard: str, source: Source) -> None:
        self.shard = shard
        self._include = _split_by_case(source.include)
        self._exclude = _split_by_case(source.exclude)

    def includes(self, path: str) -> bool:
        return _matches(self._include, path)

    def takes(self, path: str) -> bool:
        return self.includes(path) and not _matches(self._exclude, path)


def _split_by_case(globs: Iterable[str]) -> tuple[Globs, Globs]:
    any_case = [glob for glob in globs if glob == glob.lower()]
    return Globs(any_case), Globs(glob for glob in globs if glob not in any_case)


def _matches(globs: tuple[Globs, Globs], path: str) -> bool:
    any_case, exact = globs
    verdicts = (any_case.verdict(path.lower()), exact.verdict(path))
    return True in verdicts and False not in verdicts


def _why_unclaimed(path: str, choosers: Iterable[_Wanted]) -> str:
    excluded_by = dict.fromkeys(one.shard for one in choosers if one.includes(path))
    if excluded_by:
        return f"excluded by shard {', '.join(excluded_by)}"
    suffix = PurePosixPath(path).suffix
    return f"unknown type {suffix}" if suffix else "unknown type (no extension)"
