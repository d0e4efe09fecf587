"""`ifmem join`: serves shards of a set that is at home on another machine."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import count, plural
from ifmem.cli.up import Timeout, reporting
from ifmem.core.lifecycle import STOPPED
from ifmem.core.status import Status
from ifmem.errors import Exit

EXAMPLES = """
IFMEM_REDIS_URL=rediss://user:password@home:6379 ifmem join docs
ifmem join docs code --foreground         for systemd and containers
ifmem leave
"""
Names = Annotated[list[str], typer.Argument(metavar="SHARD…", help="Shards that are `remote` at home.")]


def command(
    ctx: typer.Context,
    shards: Names,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay attached; Ctrl-C hands back what is in flight and leaves.")
    ] = False,
    timeout: Timeout = None,
) -> Exit:
    """Their text comes over the bus and is kept in `.ifmem` here; the model key is this machine's own. Goes on until `ifmem leave`, or
    `ifmem down` at home."""
    session: Session = ctx.obj
    began = time.monotonic()
    with session.memory() as memory, reporting(session.screen, lines_only=foreground) as report:
        status = memory.join(shards, timeout=timeout, foreground=foreground, on_status=report)
    if session.as_json:
        session.screen.json(status.to_dict())
    else:
        session.screen.data(outcome(status, time.monotonic() - began))
    return Exit.DONE


def outcome(status: Status, took_s: float) -> str:
    if status.state == STOPPED:
        return "left. Serve again: ifmem join SHARD"
    tokens = count(sum(shard.tokens for shard in status.shards))
    served = plural(len(status.shards), "shard")
    return f"joined in {took_s:.1f} s: {served} of {status.folder} served here, {tokens} tokens. Stop: ifmem leave"
