"""`ifmem restart`: new incarnations of some shards, or of all."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.core.lifecycle import SERVING
from ifmem.errors import Exit

EXAMPLES = """
ifmem restart
ifmem restart working
"""


def command(
    ctx: typer.Context,
    shards: Annotated[list[str] | None, typer.Argument(metavar="SHARD", hidden=True)] = None,
) -> Exit:
    """All shards, if no SHARD is named. Waits until they are ready again. A shard that was given up gets a
    fresh start; no question is lost.
    """
    session: Session = ctx.obj
    names = tuple(shards or ())
    with session.memory() as memory:
        status = memory.restart(names)
    if session.as_json:
        session.screen.json(status.to_dict())
        return Exit.DONE
    ready = [shard for shard in status.shards if shard.state in SERVING]
    named = ", ".join(names) or "every shard"
    session.screen.data(f"restarted {named}; {len(ready)} of {len(status.shards)} shards ready. Look: ifmem status")
    return Exit.DONE
