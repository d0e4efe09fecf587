"""`ifmem findings`: what has been remembered, newest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

import typer

from ifmem.cli.session import Session
from ifmem.cli.text import duration, one_line, timestamp
from ifmem.core.records import Citation, Finding

EXAMPLES = """
ifmem findings -n 5
ifmem findings --shard code --search retry
ifmem findings --json | jq '.findings[].text'
"""


def command(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, metavar="N", help="At most this many.")] = 50,
    shard: Annotated[str | None, typer.Option("--shard", metavar="NAME", help="Only this shard's.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Only those with these words.")
    ] = None,
) -> None:
    """In a pipe: tab-separated, complete."""
    session: Session = ctx.obj
    with session.memory() as memory:
        found = memory.findings(limit=limit, shard=shard, search=search)
    if session.as_json:
        session.screen.json({"schema": 1, "findings": [finding.to_dict() for finding in found]})
    elif session.screen.on_terminal:
        session.screen.data("\n\n".join(map(_paragraph, found)) if found else "no findings")
    else:
        session.screen.rows(_tabular(found))


def _tabular(findings: list[Finding]) -> Iterator[list[object]]:
    yield ["ID", "QUERY", "SHARD", "CREATED", "FOUND", "SCORE", "SOURCES", "TEXT", "ERROR"]
    for finding in findings:
        sources = ", ".join(map(_source, finding.citations))
        created = timestamp(finding.created_at)
        head = [finding.id, finding.query_id, finding.shard, created, str(finding.found).lower(), finding.score]
        yield [*head, sources, finding.text, finding.error]


def _paragraph(finding: Finding) -> str:
    outcome = "error" if finding.error else "found" if finding.found else "not found"
    age = duration(time.time() - finding.created_at)
    lines = [f"{finding.id}  {one_line(finding.shard)}  {age} ago  {outcome}"]
    lines += [f"  {line}" for line in (finding.error or finding.text).splitlines()]
    lines += [f"  {_source(citation)}  {citation.verification}" for citation in finding.citations]
    return "\n".join(lines)


def _source(citation: Citation) -> str:
    return f"{one_line(citation.path)}:{citation.start_line}-{citation.end_line}"
