"""`ifmem backup`: the archive as it is at one moment, in a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifmem.cli.session import Session

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
    """Questions, findings, answers, events and what calls did cost, in one private SQLite file. The set may run meanwhile."""
    session: Session = ctx.obj
    with session.memory() as memory:
        copied = memory.backup(file, replace=force)
    if session.as_json:
        session.screen.json(as_object(copied))
    else:
        session.screen.data(f"wrote {copied.path}: {told(copied)}")
        session.screen.note("Put it back, here or elsewhere: ifmem restore FILE")


def told(copied: Copied) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in copied.counts.items())
    return f"{counts}; digest {copied.head[:16]}"


def as_object(copied: Copied) -> dict[str, Any]:
    return {"schema": 1, "file": str(copied.path), "digest": copied.head, "counts": copied.counts}
