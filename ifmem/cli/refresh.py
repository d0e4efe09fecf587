"""`ifmem refresh`: sources read again now."""

from __future__ import annotations

from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import one_line
from ifmem.errors import Exit

EXAMPLES = """
ifmem refresh
ifmem refresh tests
"""


def command(
    ctx: typer.Context,
    shards: Annotated[list[str] | None, typer.Argument(metavar="SHARD", hidden=True)] = None,
) -> Exit:
    """The sources of all shards, if no SHARD is named. Files, notes and git are watched and need no refresh; commands, test runs and
    addresses are read at `ifmem up`, after their `every_s`, and now.
    """
    session: Session = ctx.obj
    with session.memory() as memory:
        outcome = memory.refresh(tuple(shards or ()))
    if session.as_json:
        session.screen.json({"schema": 1, **outcome.to_dict()})
        return Exit.DONE
    for place in outcome.unseen:
        session.screen.note(f"out of sight, kept as it was read before: {one_line(place)}")
    changed = ", ".join(outcome.changed)
    session.screen.data(f"changed: {changed}" if changed else "nothing has changed")
    return Exit.DONE
