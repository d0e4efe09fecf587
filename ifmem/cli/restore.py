"""`ifmem restore`: a backup in the place of what is remembered. What was there is kept beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.backup import as_object, told
from ifmem.cli.session import Session

EXAMPLES = """
ifmem restore ~/backups/project-2026-11-21.db
ifmem -C ~/elsewhere restore memory.db
"""


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `ifmem backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also if its rows were altered since.")] = False,
) -> None:
    """Also while the set runs; the newest findings and answers are then put back on the bus. Notes, sessions and test runs give way to
    those of the backup; one that knows of none leaves them as they are."""
    session: Session = ctx.obj
    with session.memory() as memory:
        restored, saved = memory.restore(file, force=force)
    if session.as_json:
        session.screen.json({**as_object(restored), "saved": str(saved) if saved else None})
        return
    session.screen.data(f"restored {file}: {told(restored)}")
    if saved is not None:
        session.screen.note(f"What was there before: {saved}")
