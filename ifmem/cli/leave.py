"""`ifmem leave`: ends what `ifmem join` began."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session

EXAMPLES = """
ifmem leave
ifmem leave --timeout 30       give questions in flight more time
"""


def command(
    ctx: typer.Context,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0.1, metavar="S", help="Wait at most this many seconds.")
    ] = None,
) -> None:
    """Questions in flight are finished, or handed back for the next machine that serves the shard."""
    session: Session = ctx.obj
    with session.memory() as memory:
        left = memory.leave(timeout=timeout)
    if session.as_json:
        session.screen.json({"schema": 1, "left": left})
    elif left:
        session.screen.data("left; what was in flight is handed back. Serve again: ifmem join SHARD")
    else:
        session.screen.data("nothing of another machine's set was served here.")
