"""Replays commits of a repository, and counts what a model's cache would have to write for them: by amendments, and by reloading."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import dropwhile, zip_longest
from pathlib import Path

from ifmem import prompts
from ifmem.bench.private_set import write_documents
from ifmem.bench.programs import run_program
from ifmem.bench.rows import Row, at_most_times, row
from ifmem.bench.scale import Scale
from ifmem.config import Config
from ifmem.config.loading import load
from ifmem.core.compaction import tokens_of
from ifmem.core.overlays import View
from ifmem.processes.kept import Loaded, open_kept
from ifmem.processes.loading import load as load_shard
from ifmem.processes.refreshing import Refresher

COMMITS = 200
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid", "-c", "core.hooksPath=/dev/null")


def replay_commits(place: Path, scale: Scale) -> Iterable[Row]:
    """The last commits one after the other, each as it would be noticed. Nothing is sent to anyone: tokens are estimated."""
    folder = place / "replay"
    source = scale.repository or _made_repository(place / "made", scale)
    run_program(("git", "clone", "--quiet", "--no-hardlinks", os.fspath(source), os.fspath(folder)))
    commits = _git(folder, "rev-list", "--first-parent", f"--max-count={scale.times(COMMITS) + 1}", "HEAD").split()[
        ::-1
    ]
    _git(folder, "checkout", "--quiet", "--detach", commits[0])
    config = replace(load(folder, env={}), home=place / "state")
    written, reloaded = _replayed(config, commits[1:])
    what = f"{len(commits) - 1} commits of {source.name}"
    reloading = row(f"{what}: reloading each shard that changed", "tokens", [reloaded])
    yield row(f"{what}: laid over pages, frozen now and then", "tokens", [written], at_most_times(0.1)).beside(
        reloading
    )
    yield reloading


def _replayed(config: Config, commits: Iterable[str]) -> tuple[int, int]:
    """Tokens written by amendments and pages frozen anew, and by reloading the shards that changed."""
    domains = prompts.domains(config)
    for domain in domains:
        load_shard(domain, domains, config, fresh=True, progress=lambda _: None)
    refresher = Refresher(domains, config)
    names = [domain.name for domain in domains]
    written = reloaded = 0
    kept = {name: _open(name, config) for name in names}
    for commit in commits:
        _git(config.folder, "checkout", "--quiet", "--detach", commit)
        refresher.refresh()
        for name in names:
            while refresher.compact([name], [name]):
                pass
            now = _open(name, config)
            if now.manifest.version != kept[name].manifest.version:
                written += _written(kept[name], now)
                reloaded += sum(entry.tokens for entry in now.manifest.entries)
            kept[name] = now
    return written, reloaded


def _open(name: str, config: Config) -> Loaded:
    found = open_kept(name, config)
    assert found is not None
    return found


def _written(before: Loaded, now: Loaded) -> int:
    """What was not in the cache before: new pages whole, of pages that stayed what was added behind them."""
    known = {page.digest for page in before.manifest.pages}
    fresh = sum(page.tokens for page in now.manifest.pages if page.digest not in known)
    return fresh + sum(_added(before.view, now.view, page.digest) for page in now.manifest.pages)


def _added(before: View, now: View, home: str) -> int:
    """What a model reads behind a page that it has not read before: all from the first amendment on that is another one."""
    pairs = zip_longest(before.amendments.get(home, ()), now.amendments.get(home, ()))
    return tokens_of(present for was, present in dropwhile(lambda pair: pair[0] == pair[1], pairs) if present)


def _made_repository(folder: Path, scale: Scale) -> Path:
    """A repository with commits that change a few lines of a few files each."""
    paths = write_documents(folder / "docs", files=scale.sized(200), size=4_000)
    _git(folder, "init", "--quiet")
    for number in range(scale.times(COMMITS) + 1):
        for path in paths[number % len(paths) :][:2]:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            lines[number % len(lines)] = f"commit {number} has changed this line\n"
            path.write_text("".join(lines), encoding="utf-8")
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", "--message", f"Change {number}")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    return run_program(("git", "-C", os.fspath(folder), *IDENTITY, *arguments)).stdout
