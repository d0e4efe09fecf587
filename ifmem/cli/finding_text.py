"""One worker's finding as a person sees it: its text on stdout, its receipt on stderr."""

from __future__ import annotations

from collections.abc import Iterator

from ifmem.cli.session import Session
from ifmem.cli.text import dollars, latency, one_line
from ifmem.core.findings import Finding
from ifmem.errors import Exit, IfmemError

NOTHING = "Not found: nothing that the worker borrowed answers this."


def show(session: Session, finding: Finding) -> None:
    """Raises IfmemError for an error in it."""
    if session.as_json:
        session.screen.json({"schema": 1, "finding": finding.to_dict()})
        session.as_json = False  # an error inside is in that object
    elif not finding.error:
        session.screen.data(finding.text.strip("\n") or ("" if finding.found else NOTHING))
        session.screen.flush()
        session.screen.note("\n".join(_receipt(finding)))
    if finding.error:
        raise IfmemError(finding.error, fix=finding.fix, exit_code=Exit(finding.exit_code))


def _receipt(finding: Finding) -> Iterator[str]:
    for citation in finding.citations:
        yield f"  {one_line(citation.place)}  {one_line(citation.verification)}  {one_line(citation.shard)}"
    if finding.note:
        yield one_line(finding.note)
    cache = ", ".join(sorted({page.cache for page in finding.pages if page.cache != "none"}))
    cost = "cost unknown" if finding.cost_usd is None else dollars(finding.cost_usd)
    parts = [
        f"{one_line(finding.worker)} with the context of {one_line(finding.shard)}" + (f" ({cache})" if cache else ""),
        latency(finding.duration_ms),
        cost,
        one_line(f"{finding.provider} {finding.model}"),
    ]
    yield " · ".join(part for part in parts if part)
