"""Several findings into one answer, without a model: the best citations of all of them, quoted. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ifmem.core.citations import NOT_FOUND
from ifmem.core.records import Citation, Finding

CITATIONS = 5


class Merged(NamedTuple):
    """The part of an answer that comes from its findings."""

    text: str
    found: bool
    citations: tuple[Citation, ...]


def merge(findings: Sequence[Finding], limit: int = CITATIONS) -> Merged:
    """One finding passes through; of several, the best citations lead, whichever shard they came from, at most `limit`.

    Findings that could not answer are left out as soon as one could; their regrets are worth reading only if all have nothing.
    """
    found = [finding for finding in findings if finding.found]
    if len(found) == 1:
        return Merged(found[0].text, True, found[0].citations)
    if found:
        best = _best(c for finding in found for c in finding.citations if c.verification != NOT_FOUND)[:limit]
        return Merged("".join(map(quoted, best)), True, best)
    regrets = sorted(findings, key=lambda finding: -finding.score)
    return Merged(regrets[0].text if regrets else "", False, ())


def _best(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    seen: set[tuple[str, int, int]] = set()
    best = []
    for citation in sorted(citations, key=lambda c: (-c.score, c.path, c.start_line)):
        place = (citation.path, citation.start_line, citation.end_line)
        if place not in seen:
            seen.add(place)
            best.append(citation)
    return tuple(best)


def place_of(citation: Citation) -> str:
    """`path:12-19`, as editors and the specification write it."""
    lines = str(citation.start_line)
    return f"{citation.path}:{lines}" + (f"-{citation.end_line}" if citation.end_line != citation.start_line else "")


def quoted(citation: Citation) -> str:
    """A citation as a paragraph: where it stands, then what stands there, indented."""
    lines = textwrap.dedent(citation.quote.expandtabs(4))
    return f"{place_of(citation)}\n{textwrap.indent(lines, '    ')}\n\n"
