"""`ifmem archive`: moves what overflows into the care of the librarians."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import count, one_line, plural

if TYPE_CHECKING:
    from ifmem.core.librarians import Shelving

EXAMPLES = """
ifmem archive --dry-run     what would go to whom
ifmem archive               let it go
"""


def command(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go to whom.")] = False,
) -> None:
    """What overflows: findings beyond the newest 50, and remembered sessions for which the live shards have no room. It stays in the
    archive, too; a librarian that runs reads it within seconds. Librarians are asked when the live shards have nothing.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        shelving = memory.archive(dry_run=dry_run)
    if session.as_json:
        placed = [item.to_dict() for item in shelving.placed]
        left_out = [{"id": path, "reason": reason} for path, reason in shelving.left_out]
        session.screen.json({"schema": 1, "dry_run": dry_run, "placed": placed, "left_out": left_out})
        return
    for line in _lines(shelving):
        session.screen.data(line)
    if not shelving.placed:
        session.screen.note("nothing overflows that has a place to go")
    elif not dry_run:
        session.screen.note("archived; the librarians read it now: ifmem status")


def _lines(shelving: Shelving) -> list[str]:
    items, tokens = Counter[int](), Counter[int]()
    for item in shelving.placed:
        items[item.librarian] += 1
        tokens[item.librarian] += item.tokens
    lines = [f"librarian-{n}  {plural(items[n], 'document')}  {count(tokens[n])} tokens" for n in sorted(items)]
    return lines + [f"left out: {one_line(path)}: {reason}" for path, reason in shelving.left_out]
