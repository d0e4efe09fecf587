"""`ifmem findings`: what has been remembered, newest first; as it comes; to and from a file."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.findings_file import export, take_in
from ifmem.cli.findings_view import paragraph, tabular
from ifmem.cli.logs import moment
from ifmem.cli.session import Session
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.client import Memory
    from ifmem.core.findings import Finding

EXAMPLES = """
ifmem findings --shard code --search "retry bus" --since 7d
ifmem findings -f --json | jq -r .text
ifmem findings export findings.jsonl
ifmem findings import findings.jsonl
"""
ACTIONS = {"export": export, "import": take_in}


def command(  # noqa: PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    action: Annotated[
        str | None, typer.Argument(metavar="export|import", help="All of them, one JSON object a line.")
    ] = None,
    file: Annotated[str, typer.Argument(metavar="FILE", help="To or from this file; - is the pipe.")] = "-",
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, metavar="N", help="At most this many.")] = 50,
    shard: Annotated[str | None, typer.Option("--shard", metavar="NAME", help="Only this shard's.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Only those with these words, or their beginnings.")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="From then on: 10m, 2h, 7d, or an ISO time.")
    ] = "",
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is found from now on.")] = False,
    after: Annotated[
        str, typer.Option("--after", metavar="ID", help="With -f: everything stored after this finding, none missed.")
    ] = "",
) -> None:
    """In a pipe: tab-separated, complete; with -f and --json one object a line. What is imported is marked as imported, and what is
    known already stays as it is.
    """
    session: Session = ctx.obj
    if (action and action not in ACTIONS) or (after and not follow) or (after and (search or since)):
        fix = "ifmem findings    or: ifmem findings export|import FILE    or: ifmem findings -f [--after ID]"
        raise IfmemError("this is not how `findings` is used.", fix=fix, exit_code=Exit.USAGE)
    with session.memory() as memory:
        if action:
            ACTIONS[action](session, memory, file)
            return
        earliest = moment(since, time.time()) if since else 0.0
        found = [] if after else memory.findings(limit=limit, shard=shard, search=search, since=earliest)
        if not follow:
            _show(session, found)
            return
        _show_each(session, found[::-1])
        with suppress(KeyboardInterrupt):
            _follow(session, memory, after, shard, {finding.id for finding in found})


def _follow(session: Session, memory: Memory, after: str, shard: str | None, seen: set[str]) -> None:
    for finding in memory.follow_findings(after=after):
        if finding.id not in seen and shard in (None, finding.shard):
            _show_each(session, [finding])
            session.screen.flush()


def _show(session: Session, found: list[Finding]) -> None:
    if session.as_json:
        session.screen.json({"schema": 1, "findings": [finding.to_dict() for finding in found]})
    elif session.screen.on_terminal:
        session.screen.data("\n\n".join(map(paragraph, found)) if found else "no findings")
    else:
        session.screen.rows(tabular(found))


def _show_each(session: Session, found: list[Finding]) -> None:
    """One after the other, oldest first: there is no end to wait for."""
    for finding in found:
        if session.as_json:
            session.screen.json({"schema": 1, **finding.to_dict()})
        else:
            session.screen.data(paragraph(finding) + "\n")
