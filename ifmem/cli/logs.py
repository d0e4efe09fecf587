"""`ifmem logs`: what the processes wrote, or what happened to them."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ifmem.cli.log_lines import Follower, Line, merged
from ifmem.cli.session import Session
from ifmem.cli.text import one_line, timestamp
from ifmem.errors import Exit, IfmemError

EXAMPLES = """
ifmem logs -n 20
ifmem logs code supervisor -f
ifmem logs --since 10m
ifmem logs --events
"""
LOOK_EVERY_S = 0.25
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def command(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", hidden=True)] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is written from now on.")] = False,
    last: Annotated[
        int | None, typer.Option("-n", "--last", min=0, metavar="N", help="The last N lines (50; with --since: all).")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="From then on: 30s, 10m, 2h, 1d, or an ISO time.")
    ] = "",
    events: Annotated[
        bool, typer.Option("--events", help="Starts, crashes and restarts instead of log lines.")
    ] = False,
) -> None:
    """NAME is a process, `supervisor` or `bus`; all of them, if none is named. With --json: one object a line."""
    session: Session = ctx.obj
    earliest = moment(since, time.time()) if since else 0.0
    if last is None and not since:
        last = 50
    if events:
        _show_events(session, names or [], last, earliest)
        return
    folder = session.config().logs
    paths = _files(folder, names or [])
    follower = Follower(paths)
    for line in merged(paths, last=last, since=earliest):
        _show(session, line)
    with suppress(KeyboardInterrupt):
        while follow:
            session.screen.flush()
            time.sleep(LOOK_EVERY_S)
            for line in follower.new_lines(_files(folder, names or [])):
                _show(session, line)


def moment(text: str, now: float) -> float:
    """`10m` (ago) or an ISO time as seconds since the epoch. Raises IfmemError (2) for anything else."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text):
        return now - float(found[1]) * SECONDS[found[2]]
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        fix = "Write 30s, 10m, 2h, 1d or a time like 2026-11-21T09:00:00Z"
        raise IfmemError(f"--since does not know {text!r}.", fix=fix, exit_code=Exit.USAGE) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _files(folder: Path, names: list[str]) -> list[Path]:
    """The log files wanted. Raises IfmemError if there is none, or none of a name."""
    there = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if not there:
        raise IfmemError(f"there are no logs in {folder}.", fix="They are written from the first start on: ifmem up")
    for name in names:
        if name not in there:
            raise IfmemError(
                f"there is no log of {name!r}.", fix=f"There are: {', '.join(there)}", exit_code=Exit.USAGE
            )
    return [there[name] for name in names] or list(there.values())


def _show(session: Session, line: Line) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "at": line.at, "process": line.process, "line": line.text})
    else:
        session.screen.data(f"{line.process:<11} | {line.text}")


def _show_events(session: Session, names: list[str], last: int | None, earliest: float) -> None:
    with session.memory() as memory:
        found = memory.events(limit=last or 1_000)
    for event in sorted(found, key=lambda event: event["at"]):
        if event["at"] < earliest or (names and event["name"] not in names):
            continue
        if session.as_json:
            session.screen.json({"schema": 1, **event})
        else:
            said = [
                timestamp(event["at"]),
                str(event["name"]),
                str(event["kind"]),
                one_line(str(event.get("text", ""))),
            ]
            session.screen.data("  ".join(said).rstrip())
