"""`ifmem finding ID`: one finding with its sources, what it was built on and what was built on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ifmem.cli.findings_view import place
from ifmem.cli.session import Session
from ifmem.cli.text import dollars, latency, one_line, timestamp
from ifmem.core.findings import Finding
from ifmem.errors import Exit, IfmemError

if TYPE_CHECKING:
    from ifmem.core.descent import Descent

EXAMPLES = """
ifmem finding f_019a5c3d2f1b7c0e4d9a1
ifmem finding f_019a5c3d2f1b7c0e4d9a1 --json | jq .built_on_it
"""


def command(ctx: typer.Context, finding_id: Annotated[str, typer.Argument(metavar="ID", help="Its id.")]) -> None:
    """From the archive, or the bus if it was just made. A quote is shown as it was checked when the finding was made."""
    session: Session = ctx.obj
    with session.memory() as memory:
        finding, descent = memory.finding(finding_id), memory.descent(finding_id)
    if finding is None:
        raise IfmemError(
            f"there is no finding {finding_id!r}.",
            why="neither the archive nor the bus knows it",
            fix="ifmem findings",
            exit_code=Exit.USAGE,
        )
    if session.as_json:
        built_on_it = {"findings": list(descent.findings), "answers": list(descent.answers)}
        session.screen.json(
            {"schema": 1, **finding.to_dict(), "built_on": list(descent.built_on), "built_on_it": built_on_it}
        )
        return
    session.screen.data("\n".join(_lines(finding, descent)))


def _lines(finding: Finding, descent: Descent) -> Iterator[str]:
    outcome = "error" if finding.error else "found" if finding.found else "not found"
    yield f"{finding.id}  {one_line(finding.shard)}  {timestamp(finding.created_at)}  {outcome}"
    yield from (f"  {line}" for line in (finding.error or finding.text).splitlines())
    if finding.citations:
        yield "sources"
    for citation in finding.citations:
        yield f"  {place(citation)}  {citation.verification}"
        yield from (f"      {line}" for line in citation.quote.splitlines())
    yield from _related("built on", descent.built_on)
    yield from _related("findings built on it", descent.findings)
    yield from _related("answers built on it", descent.answers)
    cost = "price unknown" if finding.cost_usd is None else dollars(finding.cost_usd)
    made = f"{one_line(finding.provider)} {one_line(finding.model)}".strip()
    yield f"question {finding.query_id or '-'} · {latency(finding.duration_ms)} · {cost} · {made}"
    if finding.note:
        yield f"note: {one_line(finding.note)}"


def _related(title: str, ids: tuple[str, ...]) -> Iterator[str]:
    if ids:
        yield title
        yield from (f"  {id_}" for id_ in ids)
