"""`ifmem backup`: what is remembered, as it is at one moment, in a file of its own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import plural

if TYPE_CHECKING:
    from ifmem.stores.backup import Copied

EXAMPLES = """
ifmem backup ~/backups/project-2026-11-21.db
ifmem backup --json memory.db | jq -r .digest     note it: ifmem doctor --noted DIGEST
"""


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
) -> None:
    """Questions, findings, answers, events, what calls did cost, notes, sessions and test runs, in one private SQLite file. The set may
    run meanwhile."""
    session: Session = ctx.obj
    with session.memory() as memory:
        copied = memory.backup(file, replace=force)
    if session.as_json:
        session.screen.json(as_object(copied))
    else:
        session.screen.data(f"wrote {copied.path}: {told(copied)}")
        session.screen.note(f"Put it back, here or elsewhere: ifmem restore {shlex.quote(str(copied.path))}")


def told(copied: Copied) -> str:
    counts = ", ".join(plural(count, name.removesuffix("s")) for name, count in copied.counts.items())
    files = f", of the files {copied.files_digest[:16]}" if copied.files_digest else ""
    return f"{counts}; digest {copied.head[:16]}{files}"


def as_object(copied: Copied) -> dict[str, Any]:
    digests = {"digest": copied.head, "files_digest": copied.files_digest}
    return {"schema": 1, "file": str(copied.path), **digests, "counts": copied.counts}
