"""Findings as text for a person, and as rows for a program."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from ifmem.cli.text import duration, one_line, timestamp
from ifmem.core.documents import Citation
from ifmem.core.findings import Finding


def tabular(findings: Iterable[Finding]) -> Iterator[list[object]]:
    yield ["ID", "QUERY", "SHARD", "CREATED", "FOUND", "SCORE", "SOURCES", "TEXT", "ERROR"]
    for finding in findings:
        sources = ", ".join(map(place, finding.citations))
        created = timestamp(finding.created_at)
        head = [finding.id, finding.query_id, finding.shard, created, str(finding.found).lower(), finding.score]
        yield [*head, sources, finding.text, finding.error]


def paragraph(finding: Finding) -> str:
    outcome = "error" if finding.error else "found" if finding.found else "not found"
    age = duration(time.time() - finding.created_at)
    lines = [f"{finding.id}  {one_line(finding.shard)}  {age} ago  {outcome}"]
    lines += [f"  {line}" for line in (finding.error or finding.text).splitlines()]
    lines += [f"  {place(citation)}  {citation.verification}" for citation in finding.citations]
    return "\n".join(lines)


def place(citation: Citation) -> str:
    return f"{one_line(citation.path)}:{citation.start_line}-{citation.end_line}"
