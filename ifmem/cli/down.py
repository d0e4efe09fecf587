"""`ifmem down`: stops everything in order."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session

EXAMPLES = """
ifmem down
ifmem down --timeout 30        give questions in flight more time
ifmem down --kill              do not wait for them
"""


def command(
    ctx: typer.Context,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", min=0.1, metavar="S", help="Wait this many seconds before killing.  [env: IFMEM_STOP_GRACE_S]"
        ),
    ] = None,
    kill: Annotated[bool, typer.Option("--kill", help="Kill at once.")] = False,
) -> None:
    """Questions in flight are finished first. Nothing that was remembered is lost."""
    session: Session = ctx.obj
    with session.memory() as memory:
        stopped = memory.down(timeout=timeout, kill=kill)
    if session.as_json:
        session.screen.json({"schema": 1, "stopped": stopped})
    elif stopped:
        session.screen.data("stopped; the memory is kept. Start again: ifmem up")
    else:
        session.screen.data("nothing was running. Start: ifmem up")
