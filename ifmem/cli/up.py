"""`ifmem up`: starts the set and shows each shard on its way, drawn in place on a terminal, otherwise a line per change."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import count, duration, one_line, plural
from ifmem.core.addresses import is_of_this_machine
from ifmem.core.lifecycle import HUNG, SERVING, STOPPED, UNREACHABLE, WAITING
from ifmem.core.status import Status
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.cli.screen import Screen
    from ifmem.config import Config
    from ifmem.core.findings import Finding

EXAMPLES = """
ifmem up
ifmem up -C ~/src/project --timeout 30
ifmem up --foreground          for systemd and containers
ifmem up --warm                the first questions find every page in the model's cache
"""
NO_MODELS = (
    "No model key: answers are passages of your files. For Claude: set ANTHROPIC_API_KEY, then ifmem down, ifmem up"
)
Shards = Annotated[str, typer.Option("--shards", metavar="A,B", help="Only these, separated by commas.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", min=0.1, metavar="S", help="Wait at most this many seconds.")
]


def command(
    ctx: typer.Context,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay attached; Ctrl-C stops everything.")] = False,
    detach: Annotated[
        bool, typer.Option("-d", "--detach", help="Return once ready: this is what it does anyway.")
    ] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Return at once.")] = False,
    timeout: Timeout = None,
    shards: Shards = "",
    warm: Annotated[
        bool, typer.Option("--warm", help="Also read every page into the model's cache (`ifmem plan`: the cost).")
    ] = False,
) -> Exit:
    """Returns once every shard can answer; the set keeps running until `ifmem down`."""
    session: Session = ctx.obj
    if foreground and (detach or no_wait):
        raise IfmemError("--foreground stays attached: it cannot go with -d or --no-wait.", exit_code=Exit.USAGE)
    if warm and (foreground or no_wait):
        raise IfmemError("--warm needs a set that is ready: no --foreground, no --no-wait.", exit_code=Exit.USAGE)
    names = tuple(name.strip() for name in shards.split(",") if name.strip())
    began = time.monotonic()
    with session.memory() as memory:
        before = memory.status()
        try:
            with reporting(session.screen, lines_only=foreground) as report:
                status = memory.up(
                    wait=not no_wait, timeout=timeout, foreground=foreground, shards=names, on_status=report
                )
            warmed = memory.warm() if warm else []
        except KeyboardInterrupt:
            session.screen.note("ifmem: it goes on starting. Look: ifmem status    Stop it: ifmem down")
            return Exit.INTERRUPTED
    if session.as_json:
        session.screen.json(status.to_dict())
    else:
        session.screen.data(outcome(before, status, time.monotonic() - began))
        for line in invitations(status):
            session.screen.note(line)
        if before.state in (STOPPED, UNREACHABLE) and no_models(session.config()):
            session.screen.note(NO_MODELS)
    return report_warmed(session.screen, warmed)


def report_warmed(screen: Screen, warmed: Sequence[Finding]) -> Exit:
    """What came of `--warm`, shard by shard; shards without a model are not mentioned."""
    for finding in warmed:
        if finding.error:
            screen.error(f"{finding.shard}: {finding.error}")
        elif finding.found:
            screen.note(f"{finding.shard}: {plural(len(finding.pages), 'page')} in the cache of {finding.model}")
    return Exit.DID_NOT_HAPPEN if any(finding.error for finding in warmed) else Exit.DONE


def invitations(status: Status) -> Iterator[str]:
    """What to type on another machine, for each shard that waits for one to serve it."""
    waiting = [shard for shard in status.shards if shard.state == WAITING and shard.fix]
    yield from (f"{one_line(shard.name)} {one_line(shard.reason)}. {one_line(shard.fix)}" for shard in waiting)
    url = str(status.bus.get("url", ""))
    if waiting and is_of_this_machine(url):
        yield f"No other machine reaches {url}: give the server an address in your network, and IFMEM_REDIS_URL that one."


def no_models(config: Config) -> bool:
    """Whether models would answer if only there were a key."""
    return config.provider == "auto" and not config.keys and not config.base_url


def outcome(before: Status, after: Status, took_s: float) -> str:
    """What is now true, and the next command."""
    ready = [shard for shard in after.shards if shard.state in SERVING]
    tokens = count(sum(shard.tokens for shard in ready))
    if after.state == STOPPED:
        return "stopped. Start again: ifmem up"
    if len(ready) < len(after.shards) or not ready:
        return f"{after.state}: {len(ready)} of {plural(len(after.shards), 'shard')} ready. Look: ifmem status"
    found = f"{plural(len(ready), 'shard')} ready, {tokens} tokens loaded"
    if before.state not in (STOPPED, UNREACHABLE, HUNG):
        since = f" for {duration(time.time() - before.since)}" if before.since else ""
        return f'already running{since}: {found}. Ask: ifmem ask "…"'
    return f'up in {took_s:.1f} s: {found}. Ask: ifmem ask "…"'


@contextmanager
def reporting(screen: Screen, *, lines_only: bool) -> Iterator[Callable[[Status], None]]:
    if screen.notes_on_terminal and not lines_only:
        from ifmem.cli.live import live_status

        with live_status(screen, sys.stderr) as draw:
            yield draw
    else:
        yield changes(screen)


def changes(screen: Screen) -> Callable[[Status], None]:
    """A function that notes each shard whose state is another one than when it was last called. Before it is started there is nothing
    to tell."""
    seen: dict[str, str] = {}

    def report(status: Status) -> None:
        for shard in (*status.shards, *status.processes):
            if seen.get(shard.name, STOPPED) != shard.state:
                seen[shard.name] = shard.state
                why = f": {one_line(shard.reason)}" if shard.reason and shard.state not in SERVING else ""
                screen.note(f"{one_line(shard.name)} {shard.state}{why}")

    return report
