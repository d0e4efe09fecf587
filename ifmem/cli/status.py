"""`ifmem status`: one look at the set, or a look every second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import timestamp
from ifmem.core.lifecycle import HUNG, SERVING, STOPPED, UNREACHABLE
from ifmem.core.status import ProcessStatus, Status
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.cli.screen import Screen
    from ifmem.client import Memory

EXAMPLES = """
ifmem status
ifmem status --watch
ifmem status --check && echo "every shard is ready"
"""
LOOK_EVERY_S = 1.0


def command(
    ctx: typer.Context,
    watch: Annotated[
        bool, typer.Option("-w", "--watch", help="Look again every second; leaving stops nothing.")
    ] = False,
    wide: Annotated[bool, typer.Option("--wide", help="More columns, and the processes that are not shards.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 if any shard is not ready.")] = False,
) -> Exit:
    """Exit code 0 if it could tell, 3 if nothing runs. In a pipe: tab-separated, complete."""
    session: Session = ctx.obj
    with session.memory() as memory:
        status = _watch(memory, session, wide) if watch else memory.status()
    if not watch:
        show(status, session.screen, as_json=session.as_json, wide=wide)
    if status.state == STOPPED:
        return Exit.NOTHING_RUNNING
    unfit = [shard for shard in status.shards if shard.state not in SERVING]
    bad = status.state == UNREACHABLE or (check and (unfit or status.state == HUNG))
    return Exit.DID_NOT_HAPPEN if bad else Exit.DONE


def show(status: Status, screen: Screen, *, as_json: bool, wide: bool) -> None:
    """Print one status in the form that fits where it goes. Raises IfmemError if there is no table to show."""
    if as_json:
        screen.json(status.to_dict())
    elif status.state == STOPPED:
        fix = status.fix or "Start it: ifmem up"
        what = f"nothing is running for {status.folder}."
        raise IfmemError(what, why=status.reason, fix=fix, exit_code=Exit.NOTHING_RUNNING)
    elif status.state == UNREACHABLE and not status.shards:
        raise IfmemError(f"cannot tell what is running for {status.folder}.", why=status.reason, fix=status.fix)
    elif screen.on_terminal:
        from ifmem.cli.status_table import render

        screen.lines(render(status, screen.console(sys.stdout).width, wide=wide))
    else:
        screen.rows(tabular(status))


def tabular(status: Status) -> Iterator[list[object]]:
    """Every field of every process, shards first, under a line of titles."""
    names = [field.name for field in fields(ProcessStatus)]
    yield [name.upper() for name in names]
    for process in (*status.shards, *status.processes):
        shown = {"since": timestamp(process.since) if process.since else None}
        yield [shown.get(name, getattr(process, name)) for name in names]


def _watch(memory: Memory, session: Session, wide: bool) -> Status:
    """Look until interrupted; the last frame stays. Returns the last status seen."""
    status = memory.status()
    with suppress(KeyboardInterrupt):
        if session.screen.on_terminal and not session.as_json:
            from ifmem.cli.live import live_status

            with live_status(session.screen, sys.stdout, wide=wide) as draw:
                while True:
                    draw(status)
                    time.sleep(LOOK_EVERY_S)
                    status = memory.status()
        while True:
            if session.as_json or status.state != STOPPED:
                show(status, session.screen, as_json=session.as_json, wide=wide)
            session.screen.flush()
            time.sleep(LOOK_EVERY_S)
            status = memory.status()
    return status
