"""`ifmem corpus`: every file accounted for, loaded or left out and why."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.table import Column, layout
from ifmem.cli.text import count, one_line, plural

if TYPE_CHECKING:
    from ifmem.core.manifest import Manifest

EXAMPLES = """
ifmem corpus
ifmem corpus --all | grep client.py
ifmem corpus --json
"""
SHOWN_PER_REASON = 3


def command(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="List each file.")] = False,
) -> None:
    """For each shard: files, tokens and pages loaded, and what was left out with the reason. In a pipe: tab-separated,
    each file.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        manifests = memory.corpus()
    if session.as_json:
        session.screen.json({"schema": 1, "shards": [as_object(manifest) for manifest in manifests]})
    elif every or not session.screen.on_terminal:
        session.screen.rows(each_file(manifests))
    else:
        session.screen.lines(layout(_columns(manifests), session.screen.console(sys.stdout).width))
        session.screen.data("\n".join((*left_out(manifests), *masked(manifests))))


def as_object(manifest: Manifest) -> dict[str, Any]:
    """A manifest with names in place of positions."""
    lists = {name: [row._asdict() for row in getattr(manifest, name)] for name in ("entries", "pages", "left_out")}
    return {"shard": manifest.shard, "version": manifest.version, "tokens": manifest.tokens, **lists}


def each_file(manifests: list[Manifest]) -> Iterator[list[object]]:
    yield ["SHARD", "PATH", "STATE", "LINES", "TOKENS", "PARTS", "PAGES", "SHA256", "REASON", "MASKED"]
    for manifest in manifests:
        for entry in manifest.entries:
            pages = ",".join(map(str, entry.pages))
            yield [
                manifest.shard,
                entry.path,
                "loaded",
                entry.lines,
                entry.tokens,
                entry.parts,
                pages,
                entry.sha256,
                "",
                entry.masked,
            ]
        for omission in manifest.left_out:
            yield [manifest.shard, omission.path, "left out", None, None, None, None, None, omission.reason, None]


def masked(manifests: list[Manifest]) -> Iterator[str]:
    """Which files were loaded without the secrets in them, by shard, with a few examples and the number of the others."""
    for manifest in manifests:
        entries = [entry for entry in manifest.entries if entry.masked]
        if entries:
            secrets = sum(entry.masked for entry in entries)
            yield ""
            yield f"{one_line(manifest.shard)} masked {plural(secrets, 'secret')} in {plural(len(entries), 'file')}"
            yield from (f"  {one_line(entry.path)}" for entry in entries[:SHOWN_PER_REASON])
            if len(entries) > SHOWN_PER_REASON:
                yield f"  and {len(entries) - SHOWN_PER_REASON} more: ifmem corpus --all"
            yield "  to load a file with them, name it in `unmasked` in ifmem.toml"


def left_out(manifests: list[Manifest]) -> Iterator[str]:
    """What was left out, by shard and reason, with a few examples and the number of the others."""
    for manifest in manifests:
        by_reason: dict[str, list[str]] = defaultdict(list)
        for omission in manifest.left_out:
            by_reason[omission.reason].append(one_line(omission.path))
        for reason, paths in by_reason.items():
            yield ""
            yield f"{one_line(manifest.shard)} left out {plural(len(paths), 'file')}: {one_line(reason)}"
            yield from (f"  {path}" for path in paths[:SHOWN_PER_REASON])
            if len(paths) > SHOWN_PER_REASON:
                yield f"  and {len(paths) - SHOWN_PER_REASON} more: ifmem corpus --all"


def _columns(manifests: list[Manifest]) -> list[Column]:
    return [
        Column("SHARD", 0, [one_line(manifest.shard) for manifest in manifests]),
        Column("FILES", 1, [f"{len(manifest.entries):,}" for manifest in manifests], right=True),
        Column("TOKENS", 2, [count(manifest.tokens) for manifest in manifests], right=True),
        Column("PAGES", 4, [f"{len(manifest.pages):,}" for manifest in manifests], right=True),
        Column("LEFT OUT", 3, [f"{len(manifest.left_out):,}" for manifest in manifests], right=True),
    ]
